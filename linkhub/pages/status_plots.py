"""The last day in plots: of the looks that are taken once a minute, ten minutes a point.

Where no look was taken there is a gap: nobody knows what was then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from linkhub.seeing.looks import APART as LOOKS_APART
from linkhub.seeing.models import Look

SLOT = timedelta(minutes=10)
SLOTS = 144
HEIGHT = 40
# Looks that are further apart say nothing of what was between them.
APART = timedelta(minutes=5)

Numbers = Mapping[str, float]
Value = float | None
# From what grew between two looks, the seconds between them, and what stands at the second.
Reading = Callable[[Numbers, float, Numbers], Value]


@dataclass(frozen=True, slots=True)
class Measure:
    """`reading` gives a value for two looks that follow one another; a slot has the greatest."""

    title: str
    unit: str
    reading: Reading


def _share(grown: Numbers, of: str, by: str) -> Value:
    return grown[of] / grown[by] if grown.get(by) else None


MEASURES = (
    Measure("Recorded", "documents a minute", lambda grown, s, _: 60 * grown["recorded"] / s),
    Measure("Resolved", "units a minute", lambda grown, s, _: 60 * grown["resolved"] / s),
    Measure("Waiting", "units", lambda _, __, now: now["pending"]),
    Measure("Oldest waiting", "seconds", lambda _, __, now: now["oldest"]),
    Measure(
        "From fact to link",
        "seconds, mean",
        lambda grown, _, __: _share(grown, "waited_seconds", "waited"),
    ),
    Measure("Requests", "a second", lambda grown, s, _: grown["requests"] / s),
    Measure("Errors", "a minute", lambda grown, s, _: 60 * grown["errors"] / s),
    Measure(
        "Answer time",
        "seconds, mean",
        lambda grown, _, __: _share(grown, "request_seconds", "requests"),
    ),
    Measure("Slowest source", "seconds behind", lambda _, __, now: now["lag"]),
)


@dataclass(frozen=True, slots=True)
class Plot:
    """`latest` and `most` are numbers as they are read; `values` has one for each slot."""

    measure: Measure
    values: list[Value]
    drawing: SafeString

    @property
    def latest(self) -> str:
        return short(next((each for each in reversed(self.values) if each is not None), None))

    @property
    def most(self) -> str:
        return short(max((each for each in self.values if each is not None), default=None))


@dataclass(frozen=True, slots=True)
class Hour:
    """A line of the table that says what the plots say: the most of each measure."""

    begins: datetime
    cells: list[str]


@dataclass(frozen=True, slots=True)
class LastDay:
    """`first` is when the first points come, where a look has been taken and nothing is known."""

    since: datetime
    until: datetime
    plots: list[Plot]
    first: datetime | None = None

    @property
    def is_known(self) -> bool:
        return any(value is not None for plot in self.plots for value in plot.values)

    @property
    def hours(self) -> list[Hour]:
        """The latest first, without those of which nothing is known."""
        each = SLOTS // 24
        rows = [
            Hour(
                self.since + number * each * SLOT,
                [_most(plot.values[number * each : (number + 1) * each]) for plot in self.plots],
            )
            for number in range(24)
        ]
        return [row for row in reversed(rows) if any(row.cells)]


def last_day(now: datetime) -> LastDay:
    """One query."""
    since = now - SLOTS * SLOT
    rows = Look.objects.filter(at__gte=since).order_by("at").values_list("at", "numbers")
    looks = list(rows)
    read = _readings(looks, since)
    plots = [Plot(each, read[each.title], _drawing(each, read[each.title])) for each in MEASURES]
    return LastDay(since, now, plots, _next_look([at for at, _ in looks[-1:]], now))


def _next_look(last: Sequence[datetime], now: datetime) -> datetime | None:
    """Beat asks for looks more often than they are taken; where it does not, nobody knows."""
    return next((at + 2 * LOOKS_APART for at in last if now - at < 2 * LOOKS_APART), None)


def short(value: Value) -> str:
    """Three digits are enough to see how things are; empty where nothing is known."""
    if value is None:
        return ""
    if value >= 10_000:
        return f"{value / 1000:.0f}k"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _most(values: Sequence[Value]) -> str:
    return short(max((each for each in values if each is not None), default=None))


def _readings(looks: Sequence[tuple[datetime, Numbers]], since: datetime) -> dict[str, list[Value]]:
    found: dict[str, list[Value]] = {each.title: [None] * SLOTS for each in MEASURES}
    for (before, old), (at, new) in pairwise(looks):
        apart = at - before
        slot = min(SLOTS - 1, int((at - since) / SLOT))
        # What grows stands lower after it was emptied: of that time nothing is known.
        grown = {name: value - old.get(name, value) for name, value in new.items()}
        if not timedelta(0) < apart <= APART or grown["requests"] < 0:
            continue
        for measure in MEASURES:
            value = measure.reading(grown, apart.total_seconds(), new)
            values = found[measure.title]
            if value is not None:
                values[slot] = max(values[slot] or 0.0, value)
    return found


def _drawing(measure: Measure, values: Sequence[Value]) -> SafeString:
    return mark_safe("".join(_parts(measure, values)))  # noqa: S308 (words and numbers of ours)


def _parts(measure: Measure, values: Sequence[Value]) -> Iterator[str]:
    known = [each for each in values if each is not None]
    words = f"at most {short(max(known))}, last {short(known[-1])}" if known else "nothing known"
    yield (
        f'<svg class="day-plot" viewBox="0 0 {SLOTS} {HEIGHT}" preserveAspectRatio="none"'
        f' role="img"><title>{escape(measure.title)}</title>'
        f"<desc>{words} {escape(measure.unit)}; the table below has each hour.</desc>"
    )
    top = max(known, default=0) or 1
    areas, line = [], []
    for at, value in enumerate(values):
        if value is None:
            continue
        y = HEIGHT - (HEIGHT - 1) * value / top
        areas.append(f"M{at} {HEIGHT}V{y:.1f}h1V{HEIGHT}z")
        starts = at == 0 or values[at - 1] is None
        line.append(f"{'M' if starts else 'L'}{at} {y:.1f}h1")
    yield f'<path class="area" d="{"".join(areas)}"/>'
    yield f'<path class="line" vector-effect="non-scaling-stroke" d="{"".join(line)}"/></svg>'
