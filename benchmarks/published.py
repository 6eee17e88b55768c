"""What others were measured at on two cores, beside like work of ours.

Theirs are ratios to an empty Django view in its process (`bare.py`). Ours come over HTTP, from a
signed-in caller, behind all middleware: more than theirs paid for. Only the orders of magnitude
are worth comparing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.costs import Cost
from benchmarks.measuring import Ratio

CONDITIONS = (
    "Theirs were measured on another machine with two cores, as ratios to an empty Django view of"
    " 0.11 ms in its process, without middleware or HTTP. Ours are ratios to the same kind of view"
    " here, though LinkHub was asked over HTTP, by a signed-in caller, behind all its middleware."
    " Orders of magnitude can be compared, digits cannot."
)
# Of fifty runs by six links: 0.36 s in 51 calls.
BARE_SECONDS = 0.00011
LIST = "all-workflow links, 50 runs by 6 tools, the instance"


@dataclass(frozen=True)
class Published:
    """`least` is the ratio of `who` for `work`, or the lowest of several; `ours` names a figure."""

    who: str
    work: str
    least: float
    told: str
    ours: str


PEERS = (
    Published("Airflow 3.3", "six links of one task instance", 62, "62", "GET its 50 links"),
    Published("Airflow 3.3", "a list of 50 runs", 115, "115 to 142", "GET 50 runs"),
    Published(
        "Airflow 3.3", "fifty runs by six links", 0.36 / BARE_SECONDS, "0.36 s in 51 calls", LIST
    ),
    Published("NetBox", "a page with six custom links", 444, "444", "run with 50 links"),
    Published("linkding", "its list", 206, "206", LIST),
    Published("linkding", "its list at 100,000 rows", 1287, "1,287", LIST),
)


def rows(ratios: Sequence[Ratio], costs: Sequence[Cost]) -> Iterator[tuple[str, ...]]:
    """Who, what and theirs; our figure, its ratio to a bare view, and who is ahead."""
    for bare in (cost.value / 1000 for cost in costs if cost.key == "bare_view"):
        for peer in PEERS:
            ours = [ratio for ratio in ratios if ratio.name == f"{peer.ours}, 1 connection"]
            measured = [ratio for ratio in ours if ratio.area != "growth"]
            for ratio in sorted(measured, key=lambda one: one.runs)[-1:]:
                own = median(ratio.ours) / ratio.count / bare
                ahead = "ahead" if own < peer.least else "behind"
                what = f"{peer.ours}, {ratio.runs:,} runs stored"
                yield peer.who, peer.work, peer.told, what, f"{own:.0f}", ahead
