"""What saving a definition would change, before it is saved: counted on a sample of runs.

Old and new are both resolved in memory, at the same moment, so that nothing but the definition
makes a difference between them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Final

from linkhub.links.editing.sampling import Viewer, sample_runs, units_of, visible_projects
from linkhub.links.load import load_units
from linkhub.links.models import State
from linkhub.links.previewing import Trial
from linkhub.links.resolving.candidates import takes_part
from linkhub.links.resolving.facts import ResolvedLink, Subject, UnitFacts
from linkhub.links.resolving.resolve import UNDECIDED, resolve_unit
from linkhub.links.resolving.subjects import Scope, View, views
from linkhub.links.resolving.when import RuleError
from linkhub.links.shown import Place
from linkhub.runs.pending import Unit

MOST_UNITS: Final = 600
BATCH: Final = 200
EXAMPLES: Final = 10

BECOMES_READY: Final = "becomes ready"
STOPS_READY: Final = "stops being ready"
CHANGES: Final = "changes"
KINDS: Final = (BECOMES_READY, STOPS_READY, CHANGES)


@dataclass(frozen=True, slots=True)
class Side:
    """A link as it is before or after; `state` is `no link` where there is none."""

    state: str
    url: str = ""
    reason: str = ""


NO_LINK: Final = Side("no link")


@dataclass(frozen=True, slots=True)
class Change:
    """One link that would not be the same; `place` names its unit."""

    kind: str
    place: Place
    subject: Subject
    before: Side
    after: Side


@dataclass(slots=True)
class Impact:
    """Counts over what was looked at: `runs` (or projects) and `links` of it.

    `whole`: that is all there is; else it is a sample, the newest and others spread over time.
    `matched`: runs in which the definition takes part. `beaten`: subjects on which a link of a
    higher layer wins its key; `hides`: links of another definition that it takes the place of.
    `undecided`: links whose URL only a worker can tell. `examples` has a few changes of a kind.
    """

    runs: int = 0
    whole: bool = True
    matched: int = 0
    links: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    examples: dict[str, list[Change]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    beaten: int = 0
    hides: int = 0
    undecided: int = 0
    warnings: list[str] = field(default_factory=list)


def impact_of(trial: Trial, viewer: Viewer, *, now: datetime) -> Impact:
    """What saving it would change on what `viewer` may see."""
    impact = Impact()
    matched: set[int | str] = set()
    for facts in _facts(trial, viewer, impact):
        if _look(trial, facts, now, impact):
            matched.add((facts.run.id if facts.run else None) or facts.project)
    impact.matched = len(matched)
    impact.warnings = list(_warnings(trial, impact))
    return impact


def _facts(trial: Trial, viewer: Viewer, impact: Impact) -> Iterator[UnitFacts]:
    units = list(_project_units(trial, viewer))
    looked = len(units)
    if any(recipe.level != "project" for recipe in trial.recipes):
        deeper = [one for one in trial.recipes if one.level != "project"]
        sample = sample_runs(viewer, deeper, spread=True)
        found = list(islice(units_of(sample.runs, deeper), MOST_UNITS + 1))
        impact.whole = sample.whole and len(found) <= MOST_UNITS
        kept = found[:MOST_UNITS]
        looked += len({run.pk for run, _ in kept} if len(found) > MOST_UNITS else sample.runs)
        units += [unit for _, unit in kept]
    impact.runs = looked
    for start in range(0, len(units), BATCH):
        yield from load_units(units[start : start + BATCH]).values()


def _project_units(trial: Trial, viewer: Viewer) -> Iterator[Unit]:
    recipes = [recipe for recipe in trial.recipes if recipe.level == "project"]
    for project in visible_projects(viewer, recipes)[:MOST_UNITS] if recipes else ():
        yield Unit(project.pk)


def _look(trial: Trial, facts: UnitFacts, now: datetime, impact: Impact) -> bool:
    """Compare one unit's links; return whether the definition takes part in it."""
    before = _links(resolve_unit(facts, trial.before, now=now), trial.key)
    after = _links(resolve_unit(facts, trial.after, now=now), trial.key)
    place = _place(facts)
    for subject in dict.fromkeys([*before, *after]):
        old, new = before.get(subject), after.get(subject)
        _count(impact, trial, old, new)
        if kind := _kind(old, new):
            impact.counts[kind] += 1
            if len(impact.examples[kind]) < EXAMPLES:
                change = Change(kind, place, subject, _side(old), _side(new))
                impact.examples[kind].append(change)
    taken = _subjects(trial, facts, now)
    won = sum(1 for link in after.values() if link.layer == trial.own.layer)
    impact.beaten += max(0, taken - won)
    return taken > 0


def _count(
    impact: Impact, trial: Trial, old: ResolvedLink | None, new: ResolvedLink | None
) -> None:
    own = trial.own.layer
    impact.links += new is not None and new.layer == own
    impact.undecided += new is not None and new.state == UNDECIDED
    impact.hides += bool(old and new and new.layer == own and old.layer != own)


def _links(links: Sequence[ResolvedLink], key: str) -> dict[Subject, ResolvedLink]:
    return {link.subject: link for link in links if link.key == key}


def _kind(old: ResolvedLink | None, new: ResolvedLink | None) -> str:
    """How a link would differ; empty where it would lead where it leads now."""
    was, will = (each is not None and each.state == State.READY for each in (old, new))
    if was != will:
        return BECOMES_READY if will else STOPS_READY
    before, after = _side(old), _side(new)
    return CHANGES if (before.state, before.url) != (after.state, after.url) else ""


def _side(link: ResolvedLink | None) -> Side:
    if link is None:
        return NO_LINK
    ready = link.state == State.READY
    return Side(link.state or "undecided", link.url if ready else "", link.reason)


def _subjects(trial: Trial, facts: UnitFacts, now: datetime) -> int:
    """Of how many of the unit's subjects the definition takes part."""
    own, scope = trial.own, Scope(facts, now)
    if not own.enabled or own.project not in (None, facts.project):
        return 0
    if not own.selector.takes_names(scope.names):
        return 0
    found = views(scope, frozenset({own.level}))
    return sum(_takes_part(trial, view) for view in found if view.subject.level == own.level)


def _takes_part(trial: Trial, view: View) -> bool:
    try:
        return takes_part(trial.own, view, trial.after)
    except RuleError:
        # Rules that cannot be decided make a link that has failed.
        return True


def _place(facts: UnitFacts) -> Place:
    run, action = facts.run, facts.action
    return Place(
        facts.project,
        run.domain if run else None,
        run.name if run else None,
        action.name if action else None,
    )


def _warnings(trial: Trial, impact: Impact) -> Iterator[str]:
    what = "project" if trial.own.level == "project" else "run"
    looked = f"the {impact.runs:,} {what}s that were looked at"
    if not trial.own.enabled:
        yield "It is disabled: it makes no link."
    elif not impact.matched:
        yield f"It matches no {what} yet." if impact.whole else f"It matches none of {looked}."
    elif impact.matched == impact.runs > 1:
        yield f"It matches every {what}." if impact.whole else f"It matches all of {looked}."
    if impact.beaten:
        yield (
            f"On {impact.beaten:,} subjects another link of the key `{trial.key}` wins: one that"
            " is attached, or the project's own definition."
        )
    if impact.hides:
        yield f"It takes the place of another definition's link on {impact.hides:,} subjects."
