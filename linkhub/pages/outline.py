"""The tree of a run's actions, from the little that is read of each of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from django.db.models import QuerySet

from linkhub.lib.made_once import MadeOnce
from linkhub.runs.models import Action, Run
from linkhub.runs.tree import Tree

# More siblings of one task than this are one row.
MOST_ALIKE = 20


class Sketch(NamedTuple):
    """The little that is read of every action of a run, however many there are."""

    pk: int
    name: str
    parent: str
    task: str | None
    phase: str | None
    started_at: datetime | None
    ended_at: datetime | None = None
    context: None = None


class Placed(NamedTuple):
    """One action, or several of one task and parent, at its depth in the tree."""

    depth: int
    alike: Sequence[Sketch]


COLUMNS = ("pk", "name", "parent", "task__name", "phase", "started_at", "ended_at")


def sketches(run: Run, most: int) -> list[Sketch]:
    """Of the run's actions, the first `most` by name."""
    return [Sketch(*row) for row in _first(most).rows(run=run.pk)]


@cache
def _first(most: int) -> MadeOnce:
    def asked(run: int) -> QuerySet[Action, Any]:
        return Action.objects.filter(run=run).order_by("name").values_list(*COLUMNS)[:most]

    return MadeOnce(asked, run=int)


def sketched(actions: QuerySet[Action], most: int) -> list[Sketch]:
    return [Sketch(*row) for row in actions.values_list(*COLUMNS)[:most]]


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
