"""A workflow's last thirty days as a strip: a bar a day, up for what went well, down for failures.

From the kept days (`linkhub/links/days.py`), in UTC: no run is looked at. Bars grow with the root
of their number, so that one failure shows beside a hundred successes.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from math import sqrt
from typing import TypeAlias

from django.db import connection
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from linkhub.lib.phases import FAILURE, SUCCESS

DAYS = 30
# In units of the drawing: a day with its gap, its bar, the line between up and down, all in all.
STEP, BAR, UP, DOWN = 4, 3, 15, 8
# Drawings that a process keeps, a kilobyte each.
KEPT = 2_000
_Rows: TypeAlias = tuple[tuple[date, str], ...]
_KEPT_DAYS = """
    SELECT workflow_id, day, outcomes::text FROM runs_workflowday
    WHERE workflow_id = ANY(%s::bigint[]) AND day >= %s AND day <= %s ORDER BY workflow_id, day
"""


@dataclass(frozen=True, slots=True)
class Day:
    """How many runs that were created on the day came to which end; the rest goes on or was
    stopped.
    """

    day: date
    good: int = 0
    bad: int = 0
    other: int = 0

    @property
    def runs(self) -> int:
        return self.good + self.bad + self.other

    @property
    def words(self) -> str:
        counts = (("succeeded", self.good), ("failed", self.bad), ("other", self.other))
        told = ", ".join(f"{number} {word}" for word, number in counts if number)
        return f"{self.day:%-d %b}: {told or 'no runs'}"


def days_of(workflows: Collection[int], today: date) -> dict[int, tuple[Day, ...]]:
    """By workflow id, each of the last thirty days. One query."""
    return {workflow: _days(rows, today) for workflow, rows in _kept_days(workflows, today)}


def strips_of(workflows: Collection[int], today: date) -> dict[int, SafeString]:
    """By workflow id, the drawing of its last thirty days. One query."""
    return {workflow: _strip(rows, today) for workflow, rows in _kept_days(workflows, today)}


def _kept_days(workflows: Collection[int], today: date) -> Iterator[tuple[int, _Rows]]:
    """Each of the workflows with its rows in order, outcomes as JSON."""
    found: dict[int, list[tuple[date, str]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_KEPT_DAYS, [list(workflows), _first(today), today])
        for workflow, day, outcomes in cursor.fetchall():
            found[workflow].append((day, outcomes))
    for workflow in workflows:
        yield workflow, tuple(found[workflow])


# The days before today hardly change any more: what is the same is not drawn again.
@lru_cache(maxsize=KEPT)
def _strip(rows: _Rows, today: date) -> SafeString:
    return strip(_days(rows, today))


def _days(rows: _Rows, today: date) -> tuple[Day, ...]:
    found = {day: _day(day, json.loads(outcomes)) for day, outcomes in rows}
    every = (_first(today) + timedelta(days=number) for number in range(DAYS))
    return tuple(found.get(day) or Day(day) for day in every)


def _first(today: date) -> date:
    return today - timedelta(days=DAYS - 1)


def together(several: Iterable[Sequence[Day]]) -> list[Day]:
    """The days of several workflows as those of one."""
    return [
        Day(
            same[0].day,
            sum(each.good for each in same),
            sum(each.bad for each in same),
            sum(each.other for each in same),
        )
        for same in zip(*several, strict=True)
    ]


def strip(days: Sequence[Day], *, told: bool = False) -> SafeString:
    """The drawing, which says the same in words; with `told` each day says its own on hover."""
    return mark_safe("".join(_drawing(days, told)))  # noqa: S308 (numbers, dates and words of ours)


def _day(day: date, outcomes: Mapping[str, int]) -> Day:
    good = sum(number for phase, number in outcomes.items() if phase in SUCCESS)
    bad = sum(number for phase, number in outcomes.items() if phase in FAILURE)
    return Day(day, good, bad, sum(outcomes.values()) - good - bad)


def summary(days: Sequence[Day]) -> str:
    good, bad = sum(day.good for day in days), sum(day.bad for day in days)
    runs = sum(day.runs for day in days)
    if not runs:
        return "No runs in 30 days"
    failed = next((f", the last on {day.day:%-d %b}" for day in reversed(days) if day.bad), "")
    return f"{runs} runs in 30 days: {good} succeeded, {bad} failed{failed}"


def _drawing(days: Sequence[Day], told: bool) -> Iterator[str]:
    width = len(days) * STEP
    yield (
        f'<svg class="strip" viewBox="0 0 {width} {UP + DOWN}" preserveAspectRatio="none"'
        f' role="img" aria-label="{escape(summary(days))}">'
        f'<path class="axis" d="M0 {UP}H{width}"/>'
    )
    scale = sqrt(max((max(day.good + day.other, day.bad) for day in days), default=0) or 1)
    bars: dict[str, list[str]] = defaultdict(list)
    for at, day in enumerate(days):
        x, up = at * STEP, UP * sqrt(day.good + day.other) / scale
        good = up * day.good / (day.good + day.other or 1)
        down = min(DOWN, UP * sqrt(day.bad) / scale)
        for tone, top, height in (
            ("good", UP - good, good),
            ("idle", UP - up, up - good),
            ("bad", UP, down),
        ):
            if height:
                bars[tone].append(f"M{x} {top:.1f}h{BAR}v{max(height, 1):.1f}h-{BAR}z")
    for tone, paths in bars.items():
        yield f'<path class="{tone}" d="{"".join(paths)}"/>'
    if told:
        for at, day in enumerate(days):
            yield f'<rect class="day" x="{at * STEP}" width="{STEP}" height="{UP + DOWN}">'
            yield f"<title>{escape(day.words)}</title></rect>"
    yield "</svg>"
