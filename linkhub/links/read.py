"""What pages and the API show: stored links, and in memory what is out of date in the store.

A unit is stale when it is marked, was never resolved, or something changed since that reaches it.
Then it is resolved here and now, and shown right; only what Python classes give is their last
answer. The same goes for links that time alone has changed. Queries are constant in number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from linkhub.accounts.models import Project
from linkhub.lib.url_policy import UrlPolicy
from linkhub.links.brief import Firsts, narrowed
from linkhub.links.checking.marks import with_marks
from linkhub.links.load import load_catalogue, load_units, root_actions
from linkhub.links.models import Link
from linkhub.links.outcomes import Identity, digests_of, identity_of
from linkhub.links.python_lane import runs_code
from linkhub.links.resolving.catalogue import Catalogue
from linkhub.links.resolving.facts import UnitFacts
from linkhub.links.resolving.resolve import resolve_unit
from linkhub.links.resting import queue_of
from linkhub.links.shown import (
    STORED_COLUMNS,
    Place,
    ShownLink,
    Sorted,
    StoredLink,
    pods_of,
    show_resolved,
    show_stored,
    show_undecided,
    with_error,
)
from linkhub.links.staleness import out_of_date, resolved_at
from linkhub.links.stored import rows_of
from linkhub.links.write import NOTHING_TO_KEEP
from linkhub.runs.models import Action, Pending, Run
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
]

# Of a run with more actions, the rest is shown page by page (`links_of_actions`).
MAX_ACTIONS = 1000
# Shown links, and what pages make of them, that a process keeps: some kilobytes each.
KEPT = 5_000
MAIN, PYTHON = Pending.Lane.MAIN, Pending.Lane.PYTHON


def links_of_project(project: Project, *, now: datetime) -> list[ShownLink]:
    """The project-level links."""
    unit = Unit(project.pk)
    return links_of_units({unit: Place(project.name)}, now=now)[unit]


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
    return {unit.action_id or 0: links for unit, links in links_of_units(places, now=now).items()}


def links_in_brief(runs: Sequence[Run], *, now: datetime) -> dict[int, list[ShownLink]]:
    """By run id, for lists: as `links_of_runs`, but of the root's attempts and pods one each."""
    return links_of_runs(runs, now=now, brief=True)


def links_of_runs(
    runs: Sequence[Run], *, now: datetime, brief: bool = False
) -> dict[int, list[ShownLink]]:
    """By run id: the links of its own level, then those of its root action."""
    names = _project_names(runs)
    roots = root_actions([run.pk for run in runs])
    places: dict[Unit, Place] = {}
    for run in runs:
        place = places[Unit(run.project_id, run.pk)] = _place_of(run, names)
        if run.pk in roots:
            pk, name = roots[run.pk]
            places[Unit(run.project_id, run.pk, pk)] = place._replace(action=name)
    found: dict[int, list[ShownLink]] = {run.pk: [] for run in runs}
    for unit, links in links_of_units(places, now=now, brief=brief).items():
        found[unit.run_id or 0] += links
    return found


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
    places: Mapping[Unit, Place], *, now: datetime, brief: bool = False
) -> dict[Unit, list[ShownLink]]:
    """The links of each unit, in their order; units in the order given.

    In `brief`, of each action only those of its newest attempt's first pod (`brief.py`).
    What tells stale units is read before the stored links, which are so at least as new.
    """
    catalogue = load_catalogue()
    shelf = _Shelf(places, catalogue, brief)
    again = shelf.stale | {
        unit for unit, links in shelf.stored.items() if _is_timed(links.values(), now)
    }
    facts = load_units(again) if again else {}
    shown = {}
    for unit in places:
        if unit not in again:
            links = shelf.from_store(unit)
        elif unit in facts:
            links = shelf.from_facts(unit, narrowed(facts[unit]) if brief else facts[unit], now)
        else:
            links = []
        shown[unit] = [each.link for each in sorted(links, key=lambda each: each[:-1])]
    return with_marks(shown)


@lru_cache(maxsize=KEPT)
def _show_stored(link: StoredLink, place: Place, policy: UrlPolicy, *, updating: bool) -> Sorted:
    """What is the same as before is not checked and made again; equal rows show alike."""
    return show_stored(link, place, policy, updating=updating)


def _is_timed(links: Iterable[StoredLink], now: datetime) -> bool:
    return any(link.is_timed(now) for link in links)


class _Shelf:
    """What is stored for some units, and which of them are out of date."""

    def __init__(self, places: Mapping[Unit, Place], catalogue: Catalogue, brief: bool) -> None:
        self.places = places
        self.catalogue = catalogue
        self.queue = queue_of(places)
        resolved = resolved_at(places)
        self.stored: dict[Unit, dict[Identity, StoredLink]] = defaultdict(dict)
        firsts = None
        if brief:
            firsts = Firsts.of([unit.action_id for unit in places if unit.action_id is not None])
        for unit, values in rows_of(Link, places, *STORED_COLUMNS, firsts=firsts):
            link = StoredLink.of(values)
            self.stored[unit][link.attempt_id, link.pod_id, link.key] = link
        keys = {unit: {link.key for link in self.stored[unit].values()} for unit in places}
        behind = out_of_date(places, resolved, keys, catalogue)
        self.stale = self.queue.marked(MAIN) | behind

    def from_store(self, unit: Unit) -> list[Sorted]:
        running = unit in self.queue.coming[PYTHON]
        policy = self.catalogue.policy
        shown = []
        for link in self.stored[unit].values():
            code = runs_code(link.provider)
            updating = running and code
            one = _show_stored(link, self.places[unit], policy, updating=updating)
            shown.append(with_error(one, self.queue.resting[PYTHON].get(unit)) if code else one)
        return shown

    def from_facts(self, unit: Unit, facts: UnitFacts, now: datetime) -> list[Sorted]:
        place, stored, pods = self.places[unit], self.stored[unit], pods_of(facts)
        links = resolve_unit(facts, self.catalogue, now=now)
        # A unit that rests is not about to be stored, however long one waits.
        error = self.queue.resting[MAIN].get(unit)
        is_stale = unit in self.stale and error is None
        digests = digests_of(facts, self.catalogue, links) if is_stale else [b""] * len(links)
        running = is_stale or unit in self.queue.coming[PYTHON]
        shown = []
        for link, digest in zip(links, digests, strict=True):
            held = stored.get(identity_of(link))
            if link.state:
                updating = is_stale and (held is None or bytes(held.digest) != digest)
                shown.append(show_resolved(link, held, place, pods, updating=updating))
                continue
            kept = held if held and _is_kept(held, link.provider) else None
            policy = self.catalogue.policy
            one = show_undecided(link, kept, place, pods, policy, updating=running)
            failed = error or (None if is_stale else self.queue.resting[PYTHON].get(unit))
            shown.append(with_error(one, failed))
        return shown


def _is_kept(held: StoredLink, provider: str) -> bool:
    return held.provider == provider and held.state not in NOTHING_TO_KEEP
