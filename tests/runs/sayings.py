"""What programs may say about a few executions, made up by Hypothesis, and what comes of it.

Everything has a stamp of its own or is inside of something that has one. The stamps, names and
values are few, so that much is said about the same things, at the same time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Model, Q
from hypothesis import strategies as st

from linkhub.accounts.models import Project
from linkhub.runs.attached import AttachedLinkDocument
from linkhub.runs.documents import ActionFields, RunDocument
from linkhub.runs.models import Action, AttachedLink, Attempt, Pending, Pod, Run, Task, Workflow
from linkhub.runs.record import (
    RunWrite,
    emit_link,
    record_action,
    record_batch,
    record_run,
    record_task_links,
)

DOMAIN = "development"
NOT_COMPARED = frozenset({"id", "received_at", "stamps", "stamp", "created_at"})


@dataclass(frozen=True)
class Saying:
    """One call of the API: a run's document, an action's, an emitted link, or a task's links."""

    kind: str
    run: str
    action: str | None
    document: Any

    def say(self, project: Project) -> None:
        place: dict[str, Any] = {"project": project, "domain": DOMAIN}
        match self.kind:
            case "run":
                record_run(**place, name=self.run, document=self.document)
            case "action":
                record_action(**place, run=self.run, action=self.action, document=self.document)
            case "emitted":
                emit_link(**place, run=self.run, action=self.action, link=self.document)
            case "task":
                record_task_links(project=project, **self.document)


def say(project: Project, sayings: Sequence[Saying]) -> None:
    """Say it all; what is said of runs goes in as one batch."""
    runs = [each for each in sayings if each.kind == "run"]
    if runs:
        record_batch([RunWrite(project, DOMAIN, each.run, each.document) for each in runs])
    for each in sayings:
        if each.kind != "run":
            each.say(project)


def at(second: int) -> str:
    return f"2026-01-05T10:00:{second:02}Z"


seconds = st.integers(1, 6).map(at)
maybe_seconds = st.none() | seconds
stamped = {"updated_at": maybe_seconds}
texts = st.none() | st.sampled_from(["", "v", "w"])
phases = st.none() | st.sampled_from(["queued", "running", "paused", "failed", "succeeded"])
maps = st.none() | st.dictionaries(
    st.sampled_from("kl"), st.none() | st.sampled_from(["", "x", "y"]), max_size=2
)
contexts = st.none() | st.dictionaries(st.just("k"), st.sampled_from("xy"))
link = st.fixed_dictionaries(
    {"name": st.sampled_from("AB"), "url": st.sampled_from(["https://x", "https://y"])},
    optional={
        "key": st.sampled_from(["a", "k"]),
        "level": st.sampled_from(["run", "action", "pod"]),
        "attempt": st.just(1),
        "show_while_pending": st.booleans(),
        "ttl": st.just("30d"),
    },
)
links = st.lists(link, max_size=2, unique_by=lambda each: (each.get("key"), each.get("attempt")))
pods = st.fixed_dictionaries(
    {"name": st.sampled_from("pq")},
    optional=stamped
    | {
        "uid": texts,
        "primary": st.none() | st.booleans(),
        "worker_index": st.none() | st.integers(0, 1),
        "ended_at": maybe_seconds,
    },
)
attempts = st.fixed_dictionaries(
    {"number": st.integers(1, 3)},
    optional=stamped
    | {
        "phase": phases,
        "started_at": maybe_seconds,
        "ended_at": maybe_seconds,
        "variables": maps,
        "error": texts,
        "pods": st.lists(pods, max_size=2),
    },
)
action_fields = stamped | {
    "parent": st.none() | st.sampled_from(["", "a", "b"]),
    "task": st.none() | st.sampled_from("tu"),
    "task_version": texts,
    "phase": phases,
    "reopened": st.booleans(),
    "started_at": maybe_seconds,
    "ended_at": maybe_seconds,
    "context": contexts,
    "labels": maps,
    "task_config": maps,
    "replaces_task_links": st.none() | st.booleans(),
    "attempts": st.lists(attempts, max_size=2),
    "links": st.none() | links,
}
actions = st.fixed_dictionaries({"name": st.sampled_from("ab")}, optional=action_fields)
run_documents = st.fixed_dictionaries(
    {"updated_at": seconds},
    optional={
        "workflow": st.none() | st.sampled_from("vw"),
        "version": texts,
        "cluster": texts,
        "phase": phases,
        "reopened": st.booleans(),
        "created_at": maybe_seconds,
        "ended_at": maybe_seconds,
        "labels": maps,
        "context": contexts,
        "links": st.none() | links,
        "actions": st.lists(actions, max_size=3),
    },
).map(lambda given: RunDocument.model_validate(given, strict=False))
action_documents = st.fixed_dictionaries(
    {"updated_at": seconds},
    optional={name: each for name, each in action_fields.items() if name != "updated_at"},
).map(lambda given: ActionFields.model_validate(given, strict=False))
emitted = st.tuples(link, seconds).map(
    lambda given: AttachedLinkDocument.model_validate(
        given[0] | {"updated_at": given[1]}, strict=False
    )
)
task_links = st.fixed_dictionaries(
    {
        "task": st.sampled_from("tu"),
        "version": st.sampled_from(["", "v"]),
        "links": links.map(
            lambda given: [AttachedLinkDocument.model_validate(each) for each in given]
        ),
        "updated_at": seconds.map(
            lambda text: RunDocument.model_validate_json(f'{{"updated_at": "{text}"}}').updated_at
        ),
    }
)
runs = st.sampled_from(["r1", "r1", "r1", "r2"])
action_names = st.sampled_from("ab")
of_run = st.builds(Saying, st.just("run"), runs, st.none(), run_documents)
sayings = (
    of_run
    | of_run
    | st.builds(Saying, st.just("action"), runs, action_names, action_documents)
    | st.builds(Saying, st.just("emitted"), runs, st.none() | action_names, emitted)
    | st.builds(Saying, st.just("task"), st.just(""), st.none(), task_links)
)


def state(project: Project) -> dict[str, list[str]]:
    """All that is stored of the project by natural key, without ids and times of receipt."""
    owner = {"run": F("run__name"), "action": F("action__name")}
    of_attempt = {"run": F("attempt__action__run__name"), "action": F("attempt__action__name")}
    tasks = Task.objects.filter(Q(pk__in=Action.objects.values("task")) | ~Q(stamps={}))
    stored: list[tuple[Any, dict[str, Any]]] = [
        (Run.objects.filter(project=project), {"workflow": F("workflow__name")}),
        (
            Action.objects.filter(run__project=project),
            {"run": F("run__name"), "task": F("task__name"), "version": F("task__version")},
        ),
        (
            Attempt.objects.filter(action__run__project=project),
            {"run": F("action__run__name"), "action": F("action__name")},
        ),
        (
            Pod.objects.filter(attempt__action__run__project=project),
            of_attempt | {"attempt": F("attempt__number")},
        ),
        (AttachedLink.objects.filter(run__project=project), owner),
        (tasks.filter(project=project), {}),
    ]
    found = {rows.model.__name__: _rows(rows, names) for rows, names in stored}
    return found | {"created": _given_created(project)}


def _given_created(project: Project) -> list[str]:
    """What was given as created; until then it is the time of receipt."""
    rows = Run.objects.filter(project=project).values_list("name", "created_at", "stamps")
    return sorted(
        f"{name} {created}"
        for name, created, stamps in rows
        if "created_at" in stamps and "created_at" not in stamps.get("nulls", [])
    )


def _rows(rows: Any, names: dict[str, Any]) -> list[str]:
    """Each row as text: its columns that hold facts, and the natural keys of what it refers to."""
    model: type[Model] = rows.model
    columns = [
        field.attname
        for field in model._meta.concrete_fields
        if field.attname not in NOT_COMPARED and not field.is_relation and field.name != "change"
    ]
    named = {f"its_{name}": expression for name, expression in names.items()}
    return sorted(repr(_steady(row)) for row in rows.values(*columns, **named))


def _steady(value: Any) -> Any:
    """The same for equal values: maps by key."""
    if isinstance(value, dict):
        return {name: _steady(value[name]) for name in sorted(value)}
    return value


def is_consistent(project: Project) -> bool:
    """Whether each workflow knows its latest run, and all that is stored is marked."""
    latest = {
        (flow.latest_run_id, getattr(flow.runs.order_by("created_at", "pk").last(), "pk", None))
        for flow in Workflow.objects.filter(project=project)
    }
    marked = set(Pending.objects.filter(project=project).values_list("run", "action"))
    stored = {(pk, None) for pk in Run.objects.filter(project=project).values_list("pk", flat=True)}
    stored |= set(Action.objects.filter(run__project=project).values_list("run", "pk"))
    return all(held == due for held, due in latest) and stored == marked
