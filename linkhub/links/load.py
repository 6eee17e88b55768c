"""From the stores to what resolving reads: the catalogue at one change value, and units' facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeAlias

from django.db import connection

from linkhub.links.ancestry import Node, inherit, load_trees
from linkhub.links.catalogues import load_catalogue
from linkhub.links.load_rows import (
    ACTIONS,
    ATTACHED,
    ATTEMPTS,
    PODS,
    PROJECTS,
    ROOTS,
    RUN_COLUMNS,
    RUNS,
    TASKS,
    rows_of_ids,
)
from linkhub.links.resolving.facts import (
    ActionFacts,
    AttachedFacts,
    AttemptFacts,
    PodFacts,
    RunFacts,
    UnitFacts,
)
from linkhub.runs.pending import Unit

__all__ = ["load_catalogue", "load_units", "root_actions"]

# Of a run's own level (no action), or of an action.
Owner: TypeAlias = tuple[int, int | None]


def load_units(units: Collection[Unit]) -> dict[Unit, UnitFacts]:
    """The facts of `units`, without those that are gone; one query a table for any number."""
    loaded = _Loaded(units)
    found = ((unit, loaded.facts_of(unit)) for unit in units)
    return {unit: facts for unit, facts in found if facts is not None}


def root_actions(runs: Collection[int]) -> dict[int, tuple[int, str]]:
    """Each run's root action, id and name: without a parent; of several `a0`, else the first."""
    if not runs:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(ROOTS, [list(runs)])
        return {run: (pk, name) for run, pk, name in cursor.fetchall()}


@dataclass(frozen=True, slots=True)
class _TaskFacts:
    name: str
    version: str
    attached: tuple[AttachedFacts, ...]


NO_TASK = _TaskFacts("", "", ())


class _ActionRow(NamedTuple):
    pk: int
    run_id: int
    name: str
    parent: str
    phase: str | None
    started_at: datetime | None
    ended_at: datetime | None
    task_id: int | None
    task_version: str
    task_type: str
    labels: dict[str, str]
    context: dict[str, str] | None
    task_config: dict[str, str]
    replaces_task_links: bool

    @property
    def node(self) -> Node:
        return Node(self.name, self.parent, self.context, self.phase, self.ended_at)


class _Loaded:
    """What a batch of units needs, each table read once."""

    def __init__(self, units: Collection[Unit]) -> None:
        runs = {unit.run_id for unit in units if unit.run_id is not None}
        alone = {unit.run_id for unit in units if unit.action_id is None}
        projects = {unit.project_id for unit in units}
        self.projects: dict[int, str] = dict(rows_of_ids(PROJECTS, ids=projects))
        self.attached = _attached(units)
        self.runs = _runs(runs, self.attached)
        self.roots = {run: pk for run, (pk, _) in root_actions(runs).items()}
        wanted = {unit.action_id for unit in units if unit.action_id is not None}
        self.actions = self._actions(
            wanted | {root for run, root in self.roots.items() if run in alone}
        )

    def facts_of(self, unit: Unit) -> UnitFacts | None:
        project = self.projects.get(unit.project_id)
        if project is None or unit.run_id is None:
            return UnitFacts(project) if project is not None else None
        run = self.runs.get(unit.run_id)
        if run is None:
            return None
        if unit.action_id is None:
            root = self.actions.get(self.roots.get(unit.run_id, 0))
            return UnitFacts(project, run, root=root)
        action = self.actions.get(unit.action_id)
        return UnitFacts(project, run, action) if action is not None else None

    def _actions(self, ids: set[int]) -> dict[int, ActionFacts]:
        rows = [_ActionRow(*row) for row in rows_of_ids(ACTIONS, ids=ids, runs=self.runs)]
        tasks = _tasks({row.task_id for row in rows if row.task_id is not None})
        attempts = _attempts(ids)
        known: dict[int, dict[int, Node]] = defaultdict(dict)
        for row in rows:
            known[row.run_id][row.pk] = row.node
        trees = load_trees(known)
        found = {}
        for row in rows:
            ancestors = trees[row.run_id].ancestors(row.name)
            inherited = inherit(row.node, ancestors, self.runs[row.run_id])
            task = tasks.get(row.task_id or 0, NO_TASK)
            found[row.pk] = ActionFacts(
                id=row.pk,
                name=row.name,
                parent=row.parent,
                is_root=self.roots.get(row.run_id) == row.pk,
                phase=row.phase,
                started_at=row.started_at,
                ended_at=row.ended_at,
                task=task.name,
                task_version=row.task_version or task.version,
                task_type=row.task_type,
                labels=row.labels,
                context=inherited.context,
                context_from=inherited.context_from,
                task_config=row.task_config,
                attempts=attempts.get(row.pk, ()),
                attached=self.attached.get((row.run_id, row.pk), ())
                + (() if row.replaces_task_links else task.attached),
                container_ended_at=inherited.container_ended_at,
                container_terminal=inherited.container_terminal,
            )
        return found


def _runs(
    ids: set[int], attached: Mapping[Owner, tuple[AttachedFacts, ...]]
) -> dict[int, RunFacts]:
    rows = rows_of_ids(RUNS, ids=ids)
    return {row[0]: _run(row, attached.get((row[0], None), ())) for row in rows}


def _run(row: tuple[object, ...], attached: tuple[AttachedFacts, ...]) -> RunFacts:
    fields = dict(zip(RUN_COLUMNS, row, strict=True))
    fields["id"] = fields.pop("pk")
    fields["project"] = fields.pop("project__name")
    fields["workflow"] = fields.pop("workflow__name") or ""
    fields["context"] = fields["context"] or {}
    return RunFacts(**fields, attached=attached)  # type: ignore[arg-type]


def _attached(units: Collection[Unit]) -> dict[Owner, tuple[AttachedFacts, ...]]:
    actions = {unit.action_id for unit in units if unit.action_id is not None}
    # A run's own may be one of its actions', attempts' or pods' (their level, attempt or pod).
    runs = {unit.run_id for unit in units if unit.run_id is not None}
    found: dict[Owner, list[AttachedFacts]] = defaultdict(list)
    rows = ATTACHED.rows(actions=list(actions), runs=list(runs)) if runs else []
    for run_id, action_id, *link in rows:
        found[run_id, action_id].append(AttachedFacts(*link))
    return {owner: tuple(links) for owner, links in found.items()}


def _tasks(ids: set[int]) -> dict[int, _TaskFacts]:
    rows = rows_of_ids(TASKS, ids=ids)
    return {
        pk: _TaskFacts(name, version, tuple(_static(links))) for pk, name, version, links in rows
    }


def _static(links: list[dict[str, object]]) -> Iterator[AttachedFacts]:
    for position, link in enumerate(links):
        yield AttachedFacts(
            key=str(link["key"]),
            origin="task",
            body=link,
            attempt=int(str(link.get("attempt") or 0)),
            pod=str(link.get("pod") or ""),
            position=position,
        )


def _attempts(actions: set[int]) -> dict[int, tuple[AttemptFacts, ...]]:
    pods = _pods(actions)
    found: dict[int, list[AttemptFacts]] = defaultdict(list)
    for action_id, pk, *fields in rows_of_ids(ATTEMPTS, actions=actions):
        found[action_id].append(AttemptFacts(*[pk, *fields, pods.get(pk, ())]))
    return {action_id: tuple(attempts) for action_id, attempts in found.items()}


def _pods(actions: set[int]) -> dict[int, tuple[PodFacts, ...]]:
    """By attempt id, in the order that facts are in: primary, worker index, name."""
    found: dict[int, list[PodFacts]] = defaultdict(list)
    for attempt_id, *fields in rows_of_ids(PODS, actions=actions):
        found[attempt_id].append(PodFacts(*fields))
    return {attempt_id: tuple(sorted(pods, key=_place)) for attempt_id, pods in found.items()}


def _place(pod: PodFacts) -> tuple[bool, bool, int, str]:
    return not pod.primary, pod.worker_index is None, pod.worker_index or 0, pod.name
