"""Actions in rows: one by one with their links, or many of one task together, counted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, NamedTuple
from urllib.parse import urlencode

from django.db.models import F, QuerySet, Window
from django.db.models.functions import Left, RowNumber

from linkhub.lib.made_once import MadeOnce
from linkhub.links.read import ShownLink
from linkhub.pages import addresses
from linkhub.pages.chips import OUT_OF_SIGHT, Chip, make_chips
from linkhub.pages.outline import Placed, Sketch
from linkhub.pages.phases import ShownPhase, shown_phase
from linkhub.pages.timeline import Bar, Scale, Tried
from linkhub.pages.times import took
from linkhub.pages.tools import Toolbox
from linkhub.runs.models import Attempt, Run
from linkhub.runs.phases import Phase

# Of a distributed action the rest of the links is on its own page, as are its earlier attempts.
MOST_CHIPS = 12
MOST_ATTEMPTS = 6
MOST_OF_AN_ERROR = 201
DEEPEST_INDENT = 8


class History(NamedTuple):
    """An action's last attempts, by number, and the beginning of the newest one's error."""

    tried: Sequence[Tried]
    error: str


NOT_TRIED = History((), "")


@dataclass(frozen=True, slots=True)
class ActionRow:
    """`attempt` is the newest one's number where there was more than one, else none. `more` links
    are left out. `bar` is none where no time is known."""

    is_group: ClassVar[bool] = False
    dom_id: str
    depth: int
    name: str
    href: str
    parent: str
    task: str
    phase: ShownPhase
    started_at: datetime | None
    took: str
    attempt: int | None
    error: str
    chips: Sequence[Chip]
    more: int
    out_of_sight: int
    bar: Bar | None


@dataclass(frozen=True, slots=True)
class PhaseCount:
    phase: ShownPhase
    count: int
    href: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class GroupRow:
    """Many actions of one task under one parent, such as a mapped task's."""

    is_group: ClassVar[bool] = True
    dom_id: str
    depth: int
    task: str
    count: int
    href: str
    phases: Sequence[PhaseCount]
    bar: Bar | None


def group_row(run: Run, placed: Placed, scale: Scale | None, now: datetime) -> GroupRow:
    first = placed.alike[0]
    query = {"task": first.task or "", "parent": first.parent}
    times = [(each.phase, each.started_at, each.ended_at) for each in placed.alike]
    return GroupRow(
        dom_id=f"group-{first.pk}",
        depth=min(placed.depth, DEEPEST_INDENT),
        task=first.task or "",
        count=len(placed.alike),
        href=address_of_list(run, query),
        phases=phase_counts(run, (each.phase for each in placed.alike), query),
        bar=scale.stretch(times, now) if scale else None,
    )


def phase_counts(
    run: Run, phases: Iterable[str | None], query: Mapping[str, str]
) -> list[PhaseCount]:
    """How many of each phase there are, in the order of phases, with the list of each.

    The one that is chosen leads back to all.
    """
    counts = Counter(phase or Phase.RUNNING.value for phase in phases)
    chosen = query.get("phase")
    return [
        PhaseCount(
            shown_phase(phase),
            counts[phase],
            address_of_list(run, {**query, "phase": "" if phase == chosen else phase}),
            phase == chosen,
        )
        for phase in Phase.values
        if counts[phase]
    ]


def address_of_list(run: Run, query: Mapping[str, str]) -> str:
    given = {name: value for name, value in query.items() if value}
    return f"{addresses.of_run(run)}?{urlencode(given)}" if given else addresses.of_run(run)


def histories(actions: Collection[int]) -> dict[int, History]:
    """By action id: a bounded number of attempts each, however many there were."""
    tried: dict[int, list[Tried]] = defaultdict(list)
    errors: dict[int, str] = {}
    for action_id, error, *of_attempt in _ATTEMPTS.rows(actions=list(actions)):
        tried[action_id].append(Tried(*of_attempt))
        errors[action_id] = error
    return {action_id: History(each, errors[action_id]) for action_id, each in tried.items()}


def _attempts(actions: list[int]) -> QuerySet[Attempt, Any]:
    rank = Window(RowNumber(), partition_by=F("action_id"), order_by=F("number").desc())
    ranked = Attempt.objects.filter(action__any_of=actions).annotate(
        rank=rank, start_of_error=Left("error", MOST_OF_AN_ERROR)
    )
    newest = ranked.filter(rank__lte=MOST_ATTEMPTS).order_by("action_id", "number")
    return newest.values_list("action_id", "start_of_error", *Tried._fields)


_ATTEMPTS = MadeOnce(_attempts, actions=list)


def action_row(
    run: Run,
    depth: int,
    action: Sketch,
    history: History,
    links: Sequence[ShownLink],
    toolbox: Toolbox,
    scale: Scale | None,
    now: datetime,
) -> ActionRow:
    chips = make_chips(links, toolbox)
    newest = history.tried[-1].number if history.tried else 0
    return ActionRow(
        dom_id=f"action-{action.pk}",
        depth=min(depth, DEEPEST_INDENT),
        name=action.name,
        href=addresses.of_action(run, action.name),
        parent=action.parent,
        task=action.task or "",
        phase=shown_phase(action.phase),
        started_at=action.started_at,
        took=took(action.started_at, action.ended_at, now),
        attempt=newest if newest > 1 else None,
        error=history.error,
        chips=chips[:MOST_CHIPS],
        more=max(0, len(chips) - MOST_CHIPS),
        out_of_sight=sum(link.state in OUT_OF_SIGHT for link in links),
        bar=scale.bar(tries_of(action, history.tried), now) if scale else None,
    )


def tries_of(action: Sketch, tried: Sequence[Tried]) -> Sequence[Tried]:
    """The attempts, or the action itself where none says when it was; ended with the action."""
    if not any(each.started_at for each in tried):
        return [Tried(0, action.phase, action.started_at, action.ended_at)]
    last = tried[-1]
    return [*tried[:-1], last._replace(ended_at=last.ended_at or action.ended_at)]
