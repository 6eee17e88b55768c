"""Growth as a drawing: a line a case, a dot a size on a scale of ratios, the bar as a tick.

Plain SVG with its own colours for light and dark. What does not grow has its dots on one spot.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from benchmarks.measuring import Ratio

AREAS = ("go", "pages", "api", "find")
ONE_CONNECTION = ", 1 connection"
WIDTH, NAMES, RIGHT, TOP, ROW = 860, 350, 40, 70, 24
TICKS = (0.5, 1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 500, 1000)
STYLE = """\
<style>
  svg { color-scheme: light dark; background: #fff; color: #1d2430; }
  text { font: 13px system-ui, sans-serif; fill: currentColor; }
  .note { font-size: 12px; fill: #5a6675; }
  .grid { stroke: #e2e6ec; } .grown { stroke: #7d8899; stroke-width: 2; }
  .bar { stroke: #b3261e; stroke-width: 3; }
  .small { fill: #fff; stroke: #1f5fbf; stroke-width: 2; } .large { fill: #1f5fbf; }
  @media (prefers-color-scheme: dark) {
    svg { background: #12161c; color: #e6eaf0; }
    .note { fill: #9aa7b8; } .grid { stroke: #2a323d; } .grown { stroke: #8b97a8; }
    .bar { stroke: #ff8a80; }
    .small { fill: #12161c; stroke: #7fb0ff; } .large { fill: #7fb0ff; }
  }
</style>"""


@dataclass(frozen=True)
class Line:
    """A case's ratio by number of runs, ascending."""

    name: str
    bar: float | None
    points: list[tuple[int, float]]


def lines_of(ratios: Sequence[Ratio], area: str) -> list[Line]:
    """What was asked for over one connection, and at two sizes or more."""
    by_name: dict[str, list[Ratio]] = defaultdict(list)
    for ratio in ratios:
        if ratio.area == area and ratio.name.endswith(ONE_CONNECTION):
            by_name[ratio.name.removesuffix(ONE_CONNECTION)].append(ratio)
    return [
        Line(name, found[0].bar, sorted((ratio.runs, ratio.median) for ratio in found))
        for name, found in by_name.items()
        if len({ratio.runs for ratio in found}) > 1
    ]


def drawing(title: str, lines: Sequence[Line]) -> str:
    """The whole file."""
    scale = _Scale([value for line in lines for value in _values(line)])
    height = TOP + ROW * len(lines) + 16
    words = escape(f"{title}: {'; '.join(_words(line) for line in lines)}")
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        f"<title>{words}</title>",
        STYLE,
        *_legend(title, lines),
        *_grid(scale, height),
        *(part for at, line in enumerate(lines) for part in _row(line, TOP + ROW * at + 12, scale)),
        "</svg>\n",
    ]
    return "\n".join(parts)


class _Scale:
    """Logarithmic: the same factor is the same way everywhere."""

    def __init__(self, values: Sequence[float]) -> None:
        low, high = min(1.0, *values), max(2.0, *values)
        self.low, self.high = math.log(low / 1.1), math.log(high * 1.1)

    def at(self, value: float) -> float:
        share = (math.log(value) - self.low) / (self.high - self.low)
        return round(NAMES + share * (WIDTH - RIGHT - NAMES), 1)

    def ticks(self) -> list[float]:
        return [tick for tick in TICKS if self.low <= math.log(tick) <= self.high]


def _values(line: Line) -> list[float]:
    return [value for _, value in line.points] + ([line.bar] if line.bar else [])


def _words(line: Line) -> str:
    told = ", ".join(f"{value:.2f} at {runs:,} runs" for runs, value in line.points)
    return f"{line.name} {told}"


def _legend(title: str, lines: Sequence[Line]) -> Iterator[str]:
    sizes = sorted({runs for line in lines for runs, _ in line.points})
    yield f'<text x="8" y="18" font-weight="600">{escape(title)}</text>'
    small, large = f"{sizes[0]:,}", f"{sizes[-1]:,}"
    yield (
        f'<text class="note" x="8" y="36">ring: {small} runs stored, dot: {large}, '
        "tick: what it may be at most. Scale: times an empty view</text>"
    )


def _grid(scale: _Scale, height: int) -> Iterator[str]:
    for tick in scale.ticks():
        x = scale.at(tick)
        yield f'<path class="grid" d="M{x} {TOP - 4}V{height - 8}"/>'
        yield f'<text class="note" x="{x}" y="{TOP - 10}" text-anchor="middle">{tick:g}</text>'


def _row(line: Line, y: int, scale: _Scale) -> Iterator[str]:
    first, *_, last = [scale.at(value) for _, value in line.points]
    yield f'<text x="{NAMES - 12}" y="{y + 4}" text-anchor="end">{escape(line.name)}</text>'
    yield f'<path class="grown" d="M{first} {y}H{last}"/>'
    if line.bar:
        yield f'<path class="bar" d="M{scale.at(line.bar)} {y - 8}v16"/>'
    yield f'<circle class="large" cx="{last}" cy="{y}" r="5"/>'
    yield f'<circle class="small" cx="{first}" cy="{y}" r="4"/>'
