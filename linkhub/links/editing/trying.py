"""A definition that is being written, tried on the newest runs that it is for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db.models import QuerySet

from linkhub.links.editing.sampling import Sample, Viewer, sample_runs, units_of, visible_projects
from linkhub.links.load import load_units
from linkhub.links.previewing import Trial
from linkhub.links.resolving.explain import Explanation, explain_unit
from linkhub.links.resolving.facts import UnitFacts
from linkhub.runs.models import Run
from linkhub.runs.pending import Unit

MOST_RUNS = 5
# Units that are loaded at once, and before the search for matching runs ends.
BATCH = 25
MOST_TRIED = 150


@dataclass(frozen=True, slots=True)
class Tried:
    """What came out for one unit: every candidate of the key, the trial's own among them."""

    facts: UnitFacts
    explanations: Sequence[Explanation]

    def takes_part(self, layer: str) -> bool:
        return any(each.takes_part and each.layer == layer for each in self.explanations)


@dataclass(frozen=True, slots=True)
class Matches:
    """`runs`: the newest that match. `chosen`: the one that is shown, or none of level project,
    or where nothing is recorded; `tried`: what came out for it, what matches first. `whole`:
    every run was looked at."""

    runs: Sequence[Run]
    chosen: Run | None
    tried: Sequence[Tried]
    whole: bool


def try_on_newest(
    trial: Trial, viewer: Viewer, *, now: datetime, chosen: Run | None = None
) -> Matches:
    """`chosen` is a run that the viewer may see; without one, the newest that matches is shown."""
    if trial.own.level == "project":
        return Matches((), None, _try_projects(trial, viewer, now), True)
    sample = sample_runs(viewer, [trial.own], spread=False)
    matching = list(islice(_matching(trial, sample, now), MOST_RUNS))
    shown = chosen or next(iter(matching), None) or next(iter(sample.runs), None)
    shown = shown or next(iter(_newest_of_all(viewer)), None)
    tried = try_on_run(trial, shown, now=now) if shown else ()
    return Matches(matching, shown, tried, sample.whole)


def units_tried(found: Matches) -> list[Unit]:
    """Of the run that is shown."""
    run = found.chosen
    if run is None:
        return []
    actions = [one.facts.action.id if one.facts.action else None for one in found.tried]
    return [Unit(run.project_id, run.pk, action) for action in actions]


def try_on_run(trial: Trial, run: Run, *, now: datetime) -> list[Tried]:
    """What matches by its names first; where nothing does, the first unit says why not."""
    units = [unit for _, unit in units_of([run], [trial.own])]
    tried = _try(trial, units or _first_unit(run, trial.own.level), now)
    return sorted(tried, key=lambda each: not each.takes_part(trial.own.layer))


def _try(trial: Trial, units: Sequence[Unit], now: datetime) -> list[Tried]:
    loaded = load_units(units).values()
    return [
        Tried(facts, explain_unit(facts, trial.after, now=now, key=trial.key)) for facts in loaded
    ]


def _try_projects(trial: Trial, viewer: Viewer, now: datetime) -> list[Tried]:
    projects = visible_projects(viewer, [trial.own])[:MOST_RUNS]
    return _try(trial, [Unit(each.pk) for each in projects], now)


def _matching(trial: Trial, sample: Sample, now: datetime) -> Iterator[Run]:
    """The runs of the sample in which it takes part somewhere, the newest first."""
    seen: set[int] = set()
    units = islice(units_of(sample.runs, [trial.own]), MOST_TRIED)
    while batch := list(islice(units, BATCH)):
        tried = {
            (one.facts.run.id, one.facts.action and one.facts.action.id)
            for one in _try(trial, [unit for _, unit in batch], now)
            if one.facts.run and one.takes_part(trial.own.layer)
        }
        for run, unit in batch:
            if run.pk not in seen and (run.pk, unit.action_id) in tried:
                seen.add(run.pk)
                yield run


def _first_unit(run: Run, level: str) -> list[Unit]:
    if level == "run":
        return [Unit(run.project_id, run.pk)]
    first = run.actions.order_by("name").values_list("pk", flat=True)[:1]
    return [Unit(run.project_id, run.pk, pk) for pk in first]


def _newest_of_all(viewer: Viewer) -> QuerySet[Run]:
    """Where no run may match: one to say why on."""
    runs = Run.objects.visible_to(viewer).select_related("project", "workflow")
    return runs.order_by("-created_at")[:1]
