"""The figures as tables for people and as JSON for programs."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from benchmarks.costs import Cost
from benchmarks.measuring import Ratio

COLUMNS = ("what", "baseline", "runs stored", "ratio", "spread", "best", "processor", "bar", "")
COST_COLUMNS = ("what", "runs stored", "figure", "unit", "under these conditions", "bar", "")
AREAS = {
    "render": "Rendering a template",
    "resolve": "Resolving and storing",
    "ingest": "Recording in batches",
    "go": "Redirects",
    "pages": "Pages",
    "api": "The API's lists",
    "find": "Finding",
    "record": "Recording over HTTP",
    "edit": "An edit that reaches old runs",
    "peers": "Beside peers in the same run",
    "growth": "Growth with the number of runs",
}
COSTS = "Costs"


def text(ratios: Sequence[Ratio], costs: Sequence[Cost]) -> str:
    """A table for each area: median, smallest and largest of the rounds, and the bar."""
    parts = [f"{title}\n{_plain(_ratios(of_area))}" for title, of_area in by_area(ratios)]
    if costs:
        parts.append(f"{COSTS}\n{_plain(_costs(costs))}")
    return "\n\n".join(parts)


def markdown(ratios: Sequence[Ratio]) -> str:
    return _markdown(_ratios(ratios))


def costs_markdown(costs: Sequence[Cost]) -> str:
    return _markdown(_costs(costs))


def by_area(ratios: Sequence[Ratio]) -> Iterator[tuple[str, list[Ratio]]]:
    """In the order of the bench; an area without figures is left out."""
    for area, title in AREAS.items():
        if of_area := [ratio for ratio in ratios if ratio.area == area]:
            yield title, of_area


def line(figure: Ratio | Cost) -> str:
    """One figure as it is found."""
    if isinstance(figure, Cost):
        return "  ".join(filter(None, _cost_cells(figure)))
    return "  ".join(filter(None, (*cells(figure), split(figure))))


def cells(ratio: Ratio) -> tuple[str, ...]:
    low, high = ratio.spread
    return (
        ratio.name,
        ratio.baseline,
        f"{ratio.runs:,}" if ratio.runs else "",
        figure(ratio.median),
        f"{figure(low)} to {figure(high)}",
        figure(ratio.best),
        "" if ratio.processor is None else figure(ratio.processor),
        "" if ratio.bar is None else f"at most {ratio.bar:g}",
        ratio.verdict,
    )


def figure(number: float) -> str:
    return f"{number:.2f}" if number >= 0.1 else f"{number:.4f}"


def amount(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else figure(number)


def split(ratio: Ratio) -> str:
    """Such as `select 30 %, render 20 %, write 50 %`."""
    return ", ".join(f"{step} {share:.0%}" for step, share in ratio.split.items())


def as_data(
    ratios: Sequence[Ratio],
    costs: Sequence[Cost],
    options: dict[str, Any],
    stored: dict[int, int],
) -> dict[str, Any]:
    """All that is known, for JSON and for the documents; seconds too."""
    sizes = [{"runs": runs, "bytes": taken} for runs, taken in stored.items()]
    figures = [
        asdict(ratio)
        | {"median": ratio.median, "best": ratio.best, "spread": ratio.spread}
        | {"verdict": ratio.verdict}
        for ratio in ratios
    ]
    return {
        "options": options,
        "machine": {"python": platform.python_version(), "processors": os.cpu_count()},
        "stored": sizes,
        "figures": figures,
        "costs": [asdict(cost) | {"verdict": cost.verdict} for cost in costs],
    }


def _ratios(ratios: Sequence[Ratio]) -> list[tuple[str, ...]]:
    return [COLUMNS, *(cells(ratio) for ratio in ratios)]


def _costs(costs: Sequence[Cost]) -> list[tuple[str, ...]]:
    return [COST_COLUMNS, *(_cost_cells(cost) for cost in costs)]


def _cost_cells(cost: Cost) -> tuple[str, ...]:
    return (
        cost.name,
        f"{cost.runs:,}" if cost.runs else "",
        amount(cost.value),
        cost.unit,
        cost.about,
        "" if cost.bar is None else f"at most {cost.bar:g}",
        cost.verdict,
    )


def _plain(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def _markdown(rows: Sequence[tuple[str, ...]]) -> str:
    head = (*rows[0][:-1], "verdict")
    whole = [head, ("---",) * len(head), *rows[1:]]
    return "\n".join(f"| {' | '.join(row)} |" for row in whole)
