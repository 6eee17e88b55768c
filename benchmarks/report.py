"""The figures as a table for people and as JSON for programs."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from benchmarks.measuring import Ratio

COLUMNS = ("what", "baseline", "runs stored", "ratio", "spread", "best", "processor", "bar", "")


def table(ratios: Sequence[Ratio]) -> str:
    """One line a ratio: median, smallest and largest of the rounds, and the bar."""
    rows = [COLUMNS, *(cells(ratio) for ratio in ratios)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def markdown(ratios: Sequence[Ratio]) -> str:
    head = (*COLUMNS[:-1], "verdict")
    rows = [head, ("---",) * len(head), *(cells(ratio) for ratio in ratios)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


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


def split(ratio: Ratio) -> str:
    """Such as `select 30 %, render 20 %, write 50 %`."""
    return ", ".join(f"{step} {share:.0%}" for step, share in ratio.split.items())


def as_data(
    ratios: Sequence[Ratio], options: dict[str, Any], stored: dict[int, int]
) -> dict[str, Any]:
    """All that is known, for JSON and for the document; seconds too."""
    sizes = [{"runs": runs, "bytes": taken} for runs, taken in stored.items()]
    figures = [
        asdict(ratio)
        | {"median": ratio.median, "best": ratio.best, "spread": ratio.spread}
        | {"verdict": ratio.verdict}
        for ratio in ratios
    ]
    machine = {"python": platform.python_version(), "processors": os.cpu_count()}
    return {"options": options, "machine": machine, "stored": sizes, "figures": figures}
