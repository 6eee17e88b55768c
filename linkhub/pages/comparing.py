"""Two runs side by side: facts, links and actions, with what differs marked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeVar

from linkhub.links.read import ShownLink, links_of_run
from linkhub.pages import addresses
from linkhub.pages.action_rows import MOST_CHIPS
from linkhub.pages.chips import Chip, make_chips
from linkhub.pages.facts import facts_of_run
from linkhub.pages.outline import Sketch, outline, sketches
from linkhub.pages.phases import ShownPhase, shown_phase
from linkhub.pages.times import took
from linkhub.pages.tools import Toolbox
from linkhub.runs.models import Run

# Actions of each run that are shown, and of all of them those that are looked at to order them.
MOST_ACTIONS = 200
MOST_SKETCHED = 10_000


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact of both runs; None on the side that has none."""

    label: str
    left: str | None
    right: str | None

    @property
    def differs(self) -> bool:
        return self.left != self.right


@dataclass(frozen=True, slots=True)
class Side:
    """An action of one run with its links, or the run's links of one key and no more."""

    href: str
    name: str
    phase: ShownPhase | None
    took: str
    chips: Sequence[Chip]


@dataclass(frozen=True, slots=True)
class Pair:
    """What is the same thing in both runs; None on the side where it is not.

    Links differ by their state or their absence: an address always names its run.
    """

    label: str
    left: Side | None
    right: Side | None

    @property
    def differs(self) -> bool:
        return _gist(self.left) != _gist(self.right)


L = TypeVar("L", Difference, Pair)


@dataclass(frozen=True, slots=True)
class Head:
    run: Run
    href: str
    phase: ShownPhase
    took: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """`differences` counts all of them, `more` actions are left out."""

    left: Head
    right: Head
    facts: Sequence[Difference]
    context: Sequence[Difference]
    labels: Sequence[Difference]
    links: Sequence[Pair]
    actions: Sequence[Pair]
    differences: int
    more: bool
    now: datetime


def compare(left: Run, right: Run, *, only_differences: bool, now: datetime) -> Comparison:
    """Queries are the same in number for runs of any size."""
    toolbox = Toolbox.load()
    one, other = _read(left, toolbox, now), _read(right, toolbox, now)
    facts = _differences(_facts(left, now), _facts(right, now))
    context = _differences(left.context or {}, right.context or {})
    labels = _differences(left.labels, right.labels)
    links = _pairs(one.links, other.links)
    actions = _pairs(one.actions, other.actions)
    lines: list[Difference | Pair] = [*facts, *context, *labels, *links, *actions]

    def chosen(lines: Sequence[L]) -> list[L]:
        return [each for each in lines if each.differs or not only_differences]

    return Comparison(
        left=_head(left, now),
        right=_head(right, now),
        facts=chosen(facts),
        context=chosen(context),
        labels=chosen(labels),
        links=chosen(links),
        actions=chosen(actions),
        differences=sum(each.differs for each in lines),
        more=one.more or other.more,
        now=now,
    )


def _head(run: Run, now: datetime) -> Head:
    return Head(
        run,
        addresses.of_run(run),
        shown_phase(run.phase),
        took(run.started_at, run.ended_at, now),
    )


class _Read(NamedTuple):
    """One run's own links by key, and its actions by task and number."""

    links: Mapping[str, Side]
    actions: Mapping[str, Side]
    more: bool


def _read(run: Run, toolbox: Toolbox, now: datetime) -> _Read:
    found = sketches(run, MOST_SKETCHED)
    ordered = [each for placed in outline(found, now) for each in placed.alike]
    shown = ordered[:MOST_ACTIONS]
    by_action: dict[str, list[ShownLink]] = defaultdict(list)
    for link in links_of_run(run, now=now, actions=[(each.pk, each.name) for each in shown]):
        by_action[link.action or ""].append(link)
    return _Read(
        _links(by_action[""], toolbox),
        _actions(run, shown, by_action, toolbox, now),
        len(ordered) > MOST_ACTIONS,
    )


def _links(links: Iterable[ShownLink], toolbox: Toolbox) -> dict[str, Side]:
    by_key: dict[str, list[ShownLink]] = defaultdict(list)
    for link in links:
        by_key[link.key].append(link)
    sides = {key: Side("", "", None, "", make_chips(own, toolbox)) for key, own in by_key.items()}
    return {key: side for key, side in sides.items() if side.chips}


def _actions(
    run: Run,
    shown: Iterable[Sketch],
    by_action: Mapping[str, Sequence[ShownLink]],
    toolbox: Toolbox,
    now: datetime,
) -> dict[str, Side]:
    sides, numbers = {}, Counter[str]()
    for each in shown:
        task = each.task or each.name
        numbers[task] += 1
        label = task if numbers[task] == 1 else f"{task} · {numbers[task]}"
        sides[label] = Side(
            addresses.of_action(run, each.name),
            each.name,
            shown_phase(each.phase),
            took(each.started_at, each.ended_at, now),
            make_chips(by_action.get(each.name, ()), toolbox)[:MOST_CHIPS],
        )
    return sides


def _pairs(left: Mapping[str, Side], right: Mapping[str, Side]) -> list[Pair]:
    """In the order of the left one, then what only the right one has."""
    return [Pair(label, left.get(label), right.get(label)) for label in {**left, **right}]


def _differences(left: Mapping[str, str], right: Mapping[str, str]) -> list[Difference]:
    return [Difference(label, left.get(label), right.get(label)) for label in {**left, **right}]


def _facts(run: Run, now: datetime) -> dict[str, str]:
    length = took(run.started_at, run.ended_at, now)
    facts = {"Phase": shown_phase(run.phase).word, "Took": length or "not begun"}
    return facts | {fact.label: fact.value for fact in facts_of_run(run)}


def _gist(side: Side | None) -> object:
    """What two sides are told apart by."""
    if side is None:
        return None
    return side.phase, sorted((chip.name, chip.state) for chip in side.chips)
