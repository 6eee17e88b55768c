"""Stored runs as documents of the API, which `POST /runs:batch` and `unarchive` read back.

A line is one JSON object. A run is the document of the batch; what the batch does not take stands
in lines of its own: a link that a step emitted, and the static links of a task version.

Where a row's fields have different stamps, the latest stands for all: of what arrives afterwards
only what is later still wins. What null has cleared is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import orjson

from linkhub.runs.merge import MAPS, from_stamp
from linkhub.runs.models import Action, AttachedLink, Attempt, Pod, Recorded, Run, Task
from linkhub.runs.reopening import FIRST_END, GIVEN_END, TIMES

RUN = (
    *("version", "engine", "phase", "launched_by", "org", "cluster", "namespace", "source"),
    *("source_url", "created_at", "started_at", "ended_at", "labels", "context"),
)
ACTION = (
    *("name", "parent", "task_version", "task_type", "phase", "started_at", "ended_at"),
    *("context", "task_config", "labels", "replaces_task_links"),
)
ATTEMPT = (
    *("number", "phase", "started_at", "ended_at", "cluster", "error", "generated_name"),
    "variables",
)
POD = (
    *("name", "uid", "namespace", "container", "container_id", "hostname", "node"),
    *("worker_index", "primary", "started_at", "ended_at"),
)
# Said even where it is empty: a context that is complete as given, the first worker.
SAID = frozenset({"context", "worker_index"})
# What `stamps` keeps that is not the stamp of a field.
NO_STAMPS = frozenset({GIVEN_END, TIMES, FIRST_END})

Line = dict[str, Any]
Owner = tuple[int, int | None]


def as_line(document: Mapping[str, Any]) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)


class Documents:
    """The lines of a batch of runs; a constant number of queries, whatever their number."""

    def __init__(self, runs: Sequence[Run]) -> None:
        ids = [run.pk for run in runs]
        self.runs = runs
        self.tasks: dict[int, Task] = {}
        self._actions: dict[int, list[Action]] = defaultdict(list)
        self._attempts: dict[int, list[Attempt]] = defaultdict(list)
        self._pods: dict[int, list[Pod]] = defaultdict(list)
        self._links: dict[Owner, list[AttachedLink]] = defaultdict(list)
        of_runs = Action.objects.filter(run__any_of=ids).select_related("task")
        for action in of_runs.order_by("run", "name"):
            self._actions[action.run_id].append(action)
            if action.task is not None and action.task.links:
                self.tasks[action.task.pk] = action.task
        self._load_below([one.pk for some in self._actions.values() for one in some])
        attached = AttachedLink.objects.filter(run__any_of=ids)
        for link in attached.order_by("position", "key", "attempt", "pod"):
            self._links[link.run_id, link.action_id].append(link)

    def _load_below(self, actions: Collection[int]) -> None:
        for attempt in Attempt.objects.filter(action__any_of=actions).order_by("action", "number"):
            self._attempts[attempt.action_id].append(attempt)
        pods = Pod.objects.filter(attempt__action__any_of=actions)
        for pod in pods.order_by("attempt", "name"):
            self._pods[pod.attempt_id].append(pod)

    def lines(self, run: Run) -> list[bytes]:
        """The run's own line, then one for each link that its steps emitted."""
        named = {"project": run.project.name, "domain": run.domain, "run": run.name}
        emitted = [named | one for one in self._emitted(run)]
        return [as_line(one) for one in (named | self._run(run), *emitted)]

    def task_lines(self) -> Iterable[tuple[int, bytes]]:
        """One by its id for each task version of the runs, all of one project, that has links."""
        for pk, task in self.tasks.items():
            links = {"links": [_task_link(one) for one in task.links], **_stamped(task)}
            named = {"project": self.runs[0].project.name, "task": task.name}
            yield pk, as_line(named | {"version": task.version, "task_links": links})

    def _run(self, run: Run) -> Line:
        workflow = {"workflow": run.workflow.name} if run.workflow else {}
        actions = [self._action(run, action) for action in self._actions[run.pk]]
        line = {**workflow, **_fields(run, RUN), **self._overrides(run, run.pk, None)}
        return line | _below("actions", actions)

    def _action(self, run: Run, action: Action) -> Line:
        task = {"task": action.task.name} if action.task else {}
        attempts = [
            _fields(one, ATTEMPT)
            | _below("pods", [_fields(pod, POD) for pod in self._pods[one.pk]])
            for one in self._attempts[action.pk]
        ]
        line = {**_fields(action, ACTION), **task, **self._overrides(action, run.pk, action.pk)}
        return line | _below("attempts", attempts)

    def _overrides(self, row: Recorded, run: int, action: int | None) -> Line:
        """The override layer, also one that was given and is empty."""
        links = self._links[run, action]
        layer = [_link(one) for one in links if one.layer == AttachedLink.Layer.OVERRIDE]
        return {"links": layer} if layer or "links" in row.stamps else {}

    def _emitted(self, run: Run) -> Iterable[Line]:
        owners = [(None, ""), *((action.pk, action.name) for action in self._actions[run.pk])]
        for action, name in owners:
            for link in self._links[run.pk, action]:
                if link.layer == AttachedLink.Layer.EMITTED:
                    stamped = _link(link) | {"updated_at": from_stamp(link.stamp)}
                    yield {**({"action": name} if name else {}), "emitted": stamped}


def _fields(row: Recorded, names: Iterable[str]) -> Line:
    """The fields that say something, and when they were true."""
    found = {name: getattr(row, name) for name in names}
    said = {
        name: value
        for name, value in found.items()
        if (value is not None if name in SAID else value)
    }
    return said | _stamped(row)


def _stamped(row: Recorded) -> Line:
    """The latest stamp of whatever the row holds; nothing where it has none."""
    stamps = [*getattr(row, "observed", {}).values()]
    for name, stamp in row.stamps.items():
        if name in MAPS:
            stamps += stamp.values()
        elif isinstance(stamp, int) and name not in NO_STAMPS:
            stamps.append(stamp)
    return {"updated_at": from_stamp(max(stamps))} if stamps else {}


def _link(row: AttachedLink) -> Line:
    place = {"attempt": row.attempt, "pod": row.pod}
    return {"key": row.key, **{name: value for name, value in place.items() if value}, **row.body}


def _task_link(body: Mapping[str, Any]) -> Line:
    """As stored, attempt 0 and pod "" mean: not given."""
    absent = {name for name in ("attempt", "pod") if not body.get(name)}
    return {name: value for name, value in body.items() if name not in absent}


def _below(name: str, documents: list[Line]) -> Line:
    return {name: documents} if documents else {}
