"""What others were measured at on two cores, beside like work of ours.

Theirs are ratios to an empty Django view in its process, which ours are too (`bare.py`,
`in_process.py`). Another machine, other data: only the orders of magnitude are worth comparing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.costs import Cost

CONDITIONS = (
    "Theirs were measured on another machine with two cores, as ratios to an empty Django view of"
    " 0.11 ms in its process. Ours are ratios to the same kind of view here, in its process too,"
    " for a signed-in caller behind all of LinkHub's middleware, the quickest of five rounds."
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
    Published(
        "Airflow 3.3", "six links of one task instance", 62, "62", "GET the six links of an action"
    ),
    Published("Airflow 3.3", "a list of 50 runs", 115, "115 to 142", "GET 50 runs"),
    Published(
        "Airflow 3.3", "fifty runs by six links", 0.36 / BARE_SECONDS, "0.36 s in 51 calls", LIST
    ),
    Published("NetBox", "a page with six custom links", 444, "444", "action with six links"),
    Published("linkding", "its list, a link a row", 206, "206", "run with 50 links"),
    Published("linkding", "its list at 100,000 rows", 1287, "1,287", "run with 50 links"),
)


def rows(costs: Sequence[Cost]) -> Iterator[tuple[str, ...]]:
    """Who, what and theirs; our figure, its ratio to a bare view, and who is ahead."""
    for bare in (cost.value for cost in costs if cost.key == "bare_view"):
        for peer in PEERS:
            ours = [cost for cost in costs if cost.key == f"in_process: {peer.ours}"]
            for cost in sorted(ours, key=lambda one: one.runs)[-1:]:
                own = cost.value / bare
                ahead = "ahead" if own < peer.least else "behind"
                what = f"{peer.ours}, {cost.runs:,} runs stored"
                yield peer.who, peer.work, peer.told, what, f"{own:.0f}", ahead
