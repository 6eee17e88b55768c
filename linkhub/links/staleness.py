"""Which units' stored links an edit may have made out of date, without resolving anything."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from linkhub.links.load import root_actions
from linkhub.links.resolving.catalogue import Catalogue
from linkhub.links.resolving.changes import Since
from linkhub.links.shown import Place
from linkhub.runs.models import Action, Run
from linkhub.runs.pending import Unit

ACTION_LEVELS = ("action", "attempt", "pod")


class _Names(NamedTuple):
    """What a unit is selected by, and the value at which its task's static links changed."""

    workflow: str = ""
    task: str = ""
    task_change: int = 0


def out_of_date(
    places: Mapping[Unit, Place],
    resolved: Mapping[Unit, int],
    keys: Mapping[Unit, Collection[str]],
    catalogue: Catalogue,
) -> set[Unit]:
    """The units that were never resolved, or before a change that reaches them.

    `keys` are those that are stored for each. Of units that are up to date nothing is read.
    """
    stale = {unit for unit in places if unit not in resolved}
    older = [unit for unit, change in resolved.items() if change < catalogue.change]
    stale.update(unit for unit in older if resolved[unit] < catalogue.changes.wide)
    unsure = [unit for unit in older if unit not in stale]
    names = dict(_names_of(unsure)) if unsure else {}
    for unit in unsure:
        # One that has gone meanwhile has no names, and nothing to show.
        name = names.get(unit, _Names())
        place, since = places[unit], resolved[unit]
        selected_by = {
            "project": place.project,
            "domain": place.domain or "",
            "workflow": name.workflow,
            "task": name.task,
        }
        asked = Since(since, selected_by, _levels_of(unit), keys[unit])
        if name.task_change > since or catalogue.reaches(asked):
            stale.add(unit)
    return stale


def _levels_of(unit: Unit) -> tuple[str, ...]:
    if unit.run_id is None:
        return ("project",)
    return ACTION_LEVELS if unit.action_id is not None else ("run",)


def _names_of(units: Collection[Unit]) -> Iterator[tuple[Unit, _Names]]:
    """A run's own level is selected by the task of its root action."""
    runs = {unit.run_id: unit for unit in units if unit.run_id and not unit.action_id}
    roots = {pk: run for run, (pk, _) in root_actions(list(runs)).items()} if runs else {}
    actions = {unit.action_id: unit for unit in units if unit.action_id}
    rows = Action.objects.filter(pk__in={*actions, *roots})
    tasks: dict[int, str] = {}
    for pk, workflow, task, change, replaced in rows.values_list(
        "pk", "run__workflow__name", "task__name", "task__change", "replaces_task_links"
    ):
        if pk in roots:
            tasks[roots[pk]] = task or ""
        if pk in actions:
            change = 0 if replaced else change or 0
            yield actions[pk], _Names(workflow or "", task or "", change)
    for pk, workflow in Run.objects.filter(pk__in=runs).values_list("pk", "workflow__name"):
        yield runs[pk], _Names(workflow or "", tasks.get(pk, ""))
