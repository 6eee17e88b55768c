"""Recorded runs and actions as the API shows them, in the words in which they are recorded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from typing_extensions import TypedDict

from linkhub.runs.models import Action, AttachedLink, Attempt, Pod, Run

POD_FIELDS = (
    "name",
    "uid",
    "namespace",
    "container",
    "container_id",
    "hostname",
    "node",
    "worker_index",
    "primary",
    "started_at",
    "ended_at",
)
ATTEMPT_FIELDS = (
    "number",
    "phase",
    "started_at",
    "ended_at",
    "cluster",
    "generated_name",
    "variables",
    "error",
)


class PodJson(TypedDict):
    name: str
    uid: str
    namespace: str
    container: str
    container_id: str
    hostname: str
    node: str
    worker_index: int | None
    primary: bool
    started_at: datetime | None
    ended_at: datetime | None


class AttemptJson(TypedDict):
    number: int
    phase: str | None
    started_at: datetime | None
    ended_at: datetime | None
    cluster: str
    generated_name: str
    variables: dict[str, str]
    error: str
    pods: list[PodJson]


class ActionJson(TypedDict):
    """`task_version` is the one that counts: its own, else the run's. `links` are the override
    layer, `emitted` those that a running step added."""

    name: str
    parent: str
    task: str | None
    task_version: str
    task_type: str
    phase: str | None
    started_at: datetime | None
    ended_at: datetime | None
    labels: dict[str, str]
    context: dict[str, str] | None
    task_config: dict[str, str]
    replaces_task_links: bool
    attempts: list[AttemptJson]
    links: list[dict[str, Any]]
    emitted: list[dict[str, Any]]


class RunSummary(TypedDict):
    """A run without its actions and links."""

    project: str
    domain: str
    run: str
    workflow: str | None
    version: str
    engine: str
    phase: str | None
    launched_by: str
    org: str
    cluster: str
    namespace: str
    source: str
    source_url: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    labels: dict[str, str]
    context: dict[str, str] | None


class RunJson(RunSummary):
    """A run with its links. `actions_next` continues the actions at `GET .../actions?cursor=`."""

    links: list[dict[str, Any]]
    emitted: list[dict[str, Any]]
    actions: list[ActionJson]
    actions_next: str | None


class RunList(TypedDict):
    """`to_come`: how many units' links are still to be resolved, counted to 1,000, where a filter
    of links decides what is found."""

    items: list[RunSummary]
    next: str | None
    to_come: int


class ActionList(TypedDict):
    items: list[ActionJson]
    next: str | None


class Attached:
    """The attached links of a run's own level and of some of its actions: one query."""

    def __init__(self, run: Run, actions: Sequence[Action]) -> None:
        self._by_place: dict[tuple[int | None, str], list[dict[str, Any]]] = defaultdict(list)
        mine = AttachedLink.objects.filter(run=run, action=None)
        theirs = AttachedLink.objects.filter(action__in=[action.pk for action in actions])
        for row in sorted(mine.union(theirs, all=True), key=lambda row: (row.position, row.key)):
            self._by_place[row.action_id, row.layer].append(_attached(row))

    def of(self, action_id: int | None, layer: str) -> list[dict[str, Any]]:
        return self._by_place[action_id, layer]


def _attached(row: AttachedLink) -> dict[str, Any]:
    identity = {"key": row.key, "attempt": row.attempt, "pod": row.pod}
    return {**{name: value for name, value in identity.items() if value}, **row.body}


def run_summary(run: Run) -> RunSummary:
    return RunSummary(
        project=run.project.name,
        domain=run.domain,
        run=run.name,
        workflow=run.workflow.name if run.workflow else None,
        version=run.version,
        engine=run.engine,
        phase=run.phase,
        launched_by=run.launched_by,
        org=run.org,
        cluster=run.cluster,
        namespace=run.namespace,
        source=run.source,
        source_url=run.source_url,
        created_at=run.created_at,
        started_at=run.started_at,
        ended_at=run.ended_at,
        labels=run.labels,
        context=run.context,
    )


def run_json(run: Run, actions: Sequence[Action], actions_next: str | None) -> RunJson:
    attached = Attached(run, actions)
    return RunJson(
        **run_summary(run),
        links=attached.of(None, AttachedLink.Layer.OVERRIDE),
        emitted=attached.of(None, AttachedLink.Layer.EMITTED),
        actions=list(_actions_json(run, actions, attached)),
        actions_next=actions_next,
    )


def actions_json(run: Run, actions: Sequence[Action]) -> list[ActionJson]:
    return list(_actions_json(run, actions, Attached(run, actions)))


def _actions_json(run: Run, actions: Sequence[Action], attached: Attached) -> Iterable[ActionJson]:
    attempts = _attempts_json(actions)
    for action in actions:
        yield ActionJson(
            name=action.name,
            parent=action.parent,
            task=action.task.name if action.task else None,
            task_version=action.task_version or run.version,
            task_type=action.task_type,
            phase=action.phase,
            started_at=action.started_at,
            ended_at=action.ended_at,
            labels=action.labels,
            context=action.context,
            task_config=action.task_config,
            replaces_task_links=action.replaces_task_links,
            attempts=attempts[action.pk],
            links=attached.of(action.pk, AttachedLink.Layer.OVERRIDE),
            emitted=attached.of(action.pk, AttachedLink.Layer.EMITTED),
        )


def _attempts_json(actions: Sequence[Action]) -> dict[int, list[AttemptJson]]:
    """By action, in order of number; pods in order of name. Two queries."""
    ids = [action.pk for action in actions]
    pods: dict[int, list[PodJson]] = defaultdict(list)
    for pod in Pod.objects.filter(attempt__action__in=ids).order_by("name"):
        pods[pod.attempt_id].append(_fields(pod, POD_FIELDS))
    attempts: dict[int, list[AttemptJson]] = defaultdict(list)
    for attempt in Attempt.objects.filter(action__in=ids).order_by("number"):
        shown = _fields(attempt, ATTEMPT_FIELDS) | {"pods": pods[attempt.pk]}
        attempts[attempt.action_id].append(shown)
    return attempts


def _fields(row: Attempt | Pod, names: Iterable[str]) -> Any:
    return {name: getattr(row, name) for name in names}
