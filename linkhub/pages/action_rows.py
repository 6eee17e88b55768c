"""Actions in rows: one by one with their links, or many of one task together, counted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, NamedTuple
from urllib.parse import urlencode

from linkhub.links.read import ShownLink
from linkhub.pages import addresses
from linkhub.pages.chips import OUT_OF_SIGHT, Chip, make_chips
from linkhub.pages.phases import ShownPhase, shown_phase
from linkhub.pages.times import took
from linkhub.pages.tools import Toolbox
from linkhub.runs.models import Action, Attempt, Run
from linkhub.runs.phases import Phase
from linkhub.runs.tree import Tree

# More siblings of one task than this are one row.
MOST_ALIKE = 20
# Of a distributed action the rest of the links is on its own page.
MOST_CHIPS = 12
DEEPEST_INDENT = 8


class Sketch(NamedTuple):
    """The little that is read of every action of a run, however many there are."""

    pk: int
    name: str
    parent: str
    task: str | None
    phase: str | None
    started_at: datetime | None
    context: None = None


class Placed(NamedTuple):
    """One action, or several of one task and parent, at its depth in the tree."""

    depth: int
    alike: Sequence[Sketch]


@dataclass(frozen=True, slots=True)
class ActionRow:
    """`attempt` is the newest one's number where there was more than one, else none. `more` links
    are left out."""

    is_group: ClassVar[bool] = False
    dom_id: str
    depth: int
    name: str
    href: str
    task: str
    phase: ShownPhase
    started_at: datetime | None
    took: str
    attempt: int | None
    error: str
    chips: Sequence[Chip]
    more: int
    out_of_sight: int


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


def sketches(run: Run, most: int) -> list[Sketch]:
    """Of the run's actions, the first `most` by name."""
    columns = ("pk", "name", "parent", "task__name", "phase", "started_at")
    return [Sketch(*row) for row in run.actions.order_by("name").values_list(*columns)[:most]]


def outline(found: Iterable[Sketch], now: datetime) -> Iterator[Placed]:
    """Parents before children, siblings as they began; those of a task together if many."""
    begun = sorted(found, key=lambda each: (each.started_at or now, each.pk))
    parents = Tree(begun).parents
    children: dict[str | None, list[Sketch]] = defaultdict(list)
    for sketch in begun:
        children[parents[sketch.name]].append(sketch)
    stack = [(0, alike) for alike in reversed(_together(children[None]))]
    while stack:
        depth, alike = stack.pop()
        yield Placed(depth, alike)
        if len(alike) == 1:
            below = _together(children[alike[0].name])
            stack += [(depth + 1, each) for each in reversed(below)]


def _together(siblings: Sequence[Sketch]) -> list[list[Sketch]]:
    tasks = Counter(each.task for each in siblings)
    groups: dict[tuple[bool, str], list[Sketch]] = {}
    for each in siblings:
        alone = each.task is None or tasks[each.task] <= MOST_ALIKE
        groups.setdefault((alone, each.name if alone else each.task or ""), []).append(each)
    return list(groups.values())


def group_row(run: Run, placed: Placed) -> GroupRow:
    first = placed.alike[0]
    query = {"task": first.task or "", "parent": first.parent}
    return GroupRow(
        dom_id=f"group-{first.pk}",
        depth=min(placed.depth, DEEPEST_INDENT),
        task=first.task or "",
        count=len(placed.alike),
        href=address_of_list(run, query),
        phases=phase_counts(run, (each.phase for each in placed.alike), query),
    )


def phase_counts(
    run: Run, phases: Iterable[str | None], query: Mapping[str, str]
) -> list[PhaseCount]:
    """How many of each phase there are, in the order of phases, with the list of each."""
    counts = Counter(phase or Phase.RUNNING.value for phase in phases)
    return [
        PhaseCount(
            shown_phase(phase),
            counts[phase],
            address_of_list(run, {**query, "phase": phase}),
            query.get("phase") == phase,
        )
        for phase in Phase.values
        if counts[phase]
    ]


def address_of_list(run: Run, query: Mapping[str, str]) -> str:
    given = {name: value for name, value in query.items() if value}
    return f"{addresses.of_run(run)}?{urlencode(given)}"


def newest_attempts(actions: Collection[int]) -> dict[int, Attempt]:
    """Each action's attempt of the highest number: one row an action, however many there were."""
    newest = (
        Attempt.objects.filter(action__in=actions)
        .order_by("action_id", "-number")
        .distinct("action_id")
    )
    return {attempt.action_id: attempt for attempt in newest.only("action_id", "number", "error")}


def action_row(
    run: Run,
    depth: int,
    action: Action,
    attempt: Attempt | None,
    links: Sequence[ShownLink],
    toolbox: Toolbox,
    now: datetime,
) -> ActionRow:
    chips = make_chips(links, toolbox)
    return ActionRow(
        dom_id=f"action-{action.pk}",
        depth=min(depth, DEEPEST_INDENT),
        name=action.name,
        href=addresses.of_action(run, action.name),
        task=action.task.name if action.task else "",
        phase=shown_phase(action.phase),
        started_at=action.started_at,
        took=took(action.started_at, action.ended_at, now),
        attempt=attempt.number if attempt and attempt.number > 1 else None,
        error=attempt.error if attempt else "",
        chips=chips[:MOST_CHIPS],
        more=max(0, len(chips) - MOST_CHIPS),
        out_of_sight=sum(link.state in OUT_OF_SIGHT for link in links),
    )
