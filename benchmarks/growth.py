"""What the number of stored runs does to a figure: its ratio at the largest size by the smallest.

Both are ratios to the same baseline in the same minute, so that what else the machine did between
the two sizes changes little.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from statistics import median

from benchmarks.measuring import Ratio

BAR = 1.2
# These have a bar for growth; the others' is told.
HELD = ("go", "pages")
GROWING = (*HELD, "api", "find", "record", "resolve", "ingest")


def growths(ratios: Sequence[Ratio]) -> Iterator[Ratio]:
    """A figure for each that was measured at several sizes."""
    by_case: dict[tuple[str, str, str], list[Ratio]] = defaultdict(list)
    for ratio in ratios:
        if ratio.area in GROWING:
            by_case[ratio.area, ratio.name, ratio.baseline].append(ratio)
    for (area, name, _), found in by_case.items():
        small, large = min(found, key=_runs), max(found, key=_runs)
        if small.runs < large.runs:
            least = median(small.rounds)
            yield Ratio(
                name,
                f"its ratio at {small.runs:,} runs",
                large.unit,
                area="growth",
                runs=large.runs,
                bar=BAR if area in HELD and large.bar is not None else None,
                ours=large.rounds,
                theirs=[least] * len(large.rounds),
            )


def _runs(ratio: Ratio) -> int:
    return ratio.runs
