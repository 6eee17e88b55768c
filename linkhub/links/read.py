"""What pages and the API show: stored links, and in memory what is out of date in the store.

A unit is stale when it is marked, was never resolved, or something changed since that reaches it.
Then it is resolved here and now, and shown right; only what Python classes give is their last
answer. The same goes for links that time alone has changed. Queries are constant in number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from linkhub.accounts.models import Project
from linkhub.links.brief import narrowed
from linkhub.links.checking.marks import with_marks
from linkhub.links.load import load_units, root_actions
from linkhub.links.shelf import Shelf
from linkhub.links.shown import Place, ShownLink
from linkhub.runs.models import Action, Run
from linkhub.runs.pending import Unit

__all__ = [
    "ShownLink",
    "links_in_brief",
    "links_of_action",
    "links_of_actions",
    "links_of_project",
    "links_of_run",
    "links_of_runs",
    "links_of_units",
    "units_in_brief",
]

# Of a run with more actions, the rest is shown page by page (`links_of_actions`).
MAX_ACTIONS = 1000


def links_of_project(project: Project, *, now: datetime) -> list[ShownLink]:
    """The project-level links."""
    unit = Unit(project.pk)
    return list(links_of_units({unit: Place(project.name)}, now=now)[unit])


def links_of_run(
    run: Run, *, now: datetime, actions: Iterable[tuple[int, str]] | None = None
) -> list[ShownLink]:
    """The links of the run's own level, then those of `actions`, by id and name.

    Without `actions`, of its first 1,000 by name.
    """
    place = _place_of(run, _project_names([run]))
    if actions is None:
        first = Action.objects.filter(run=run).order_by("name")
        actions = first.values_list("pk", "name")[:MAX_ACTIONS]
    places = {Unit(run.project_id, run.pk): place} | {
        Unit(run.project_id, run.pk, pk): place._replace(action=name) for pk, name in actions
    }
    return [link for links in links_of_units(places, now=now).values() for link in links]


def links_of_action(action: Action, *, now: datetime) -> list[ShownLink]:
    """The links of the action, its attempts and pods."""
    return links_of_actions([action], now=now)[action.pk]


def links_of_actions(actions: Sequence[Action], *, now: datetime) -> dict[int, list[ShownLink]]:
    """By action id; the actions' runs are best selected with them."""
    names = _project_names(action.run for action in actions)
    places = {
        Unit(action.run.project_id, action.run_id, action.pk): _place_of(
            action.run, names
        )._replace(action=action.name)
        for action in actions
    }
    found = links_of_units(places, now=now)
    return {unit.action_id or 0: list(links) for unit, links in found.items()}


def links_in_brief(runs: Sequence[Run], *, now: datetime) -> dict[int, list[ShownLink]]:
    """By run id, for exports: as `links_of_runs`, but of the root's attempts and pods one each.

    Nothing is kept of them: there may be millions, and others look at what is kept.
    """
    return _joined(_units_of_runs(runs, now=now, brief=True, keep=False))


def units_in_brief(
    runs: Sequence[Run], *, now: datetime
) -> dict[int, tuple[Sequence[ShownLink], ...]]:
    """The same for pages, the run's own level and its root action each for itself."""
    return _units_of_runs(runs, now=now, brief=True)


def links_of_runs(runs: Sequence[Run], *, now: datetime) -> dict[int, list[ShownLink]]:
    """By run id: the links of its own level, then those of its root action."""
    return _joined(_units_of_runs(runs, now=now, brief=False))


def _joined(units: Mapping[int, Iterable[Sequence[ShownLink]]]) -> dict[int, list[ShownLink]]:
    return {run: [link for links in found for link in links] for run, found in units.items()}


def _units_of_runs(
    runs: Sequence[Run], *, now: datetime, brief: bool, keep: bool = True
) -> dict[int, tuple[Sequence[ShownLink], ...]]:
    names = _project_names(runs)
    roots = root_actions([run.pk for run in runs])
    units: dict[int, tuple[Unit, ...]] = {}
    places: dict[Unit, Place] = {}
    for run in runs:
        own = Unit(run.project_id, run.pk)
        place = places[own] = _place_of(run, names)
        units[run.pk] = (own,)
        if run.pk in roots:
            pk, name = roots[run.pk]
            root = Unit(run.project_id, run.pk, pk)
            places[root] = place._replace(action=name)
            units[run.pk] = (own, root)
    links = links_of_units(places, now=now, brief=brief, keep=keep)
    return {run: tuple(links[unit] for unit in own) for run, own in units.items()}


def _project_names(runs: Iterable[Run]) -> dict[int, str]:
    """Names by id: from the runs where they have their project, else from one query."""
    field = Run._meta.get_field("project")
    names, unknown = {}, set()
    for run in runs:
        if field.is_cached(run):
            names[run.project_id] = run.project.name
        else:
            unknown.add(run.project_id)
    if unknown - names.keys():
        names |= dict(Project.objects.filter(pk__in=unknown).values_list("pk", "name"))
    return names


def _place_of(run: Run, project_names: Mapping[int, str]) -> Place:
    return Place(project_names[run.project_id], run.domain, run.name)


def links_of_units(
    places: Mapping[Unit, Place], *, now: datetime, brief: bool = False, keep: bool = True
) -> dict[Unit, Sequence[ShownLink]]:
    """The links of each unit, in their order; units in the order given.

    In `brief`, of each action only those of its newest attempt's first pod (`brief.py`).
    What is stored is kept for the next look, unless `keep` is false.
    What tells stale units is read before the stored links, which are so at least as new.
    """
    shelf = Shelf(places, brief=brief, keep=keep)
    again = shelf.stale | set(shelf.timed(now))
    facts = load_units(again) if again else {}
    shown: dict[Unit, Sequence[ShownLink]] = {}
    for unit in places:
        if unit not in again:
            shown[unit] = shelf.from_store(unit)
        elif unit in facts:
            narrow = narrowed(facts[unit]) if brief else facts[unit]
            shown[unit] = shelf.from_facts(unit, narrow, now)
        else:
            shown[unit] = []
    return with_marks(shown)
