"""What workers count of resolving: units, their wait, their time, links by tool and state."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from linkhub.lib.meters import BATCH_SECONDS, LINKS, RESOLVED, WAITED
from linkhub.links.claims import Claimed
from linkhub.links.outcomes import Outcome
from linkhub.runs.models import Pending


@contextmanager
def counted(
    lane: Pending.Lane, claimed: Sequence[Claimed], began: float | None = None
) -> Iterator[None]:
    """The batch that is resolved inside, or (`began`, on the monotonic clock) before already."""
    began = time.monotonic() if began is None else began
    yield
    seconds = time.monotonic() - began
    BATCH_SECONDS.observe(seconds, lane.value)
    RESOLVED.add(len(claimed), lane.value)
    # Backfills wait on purpose: how long says nothing of how LinkHub keeps up.
    new = (one for one in claimed if one.priority == Pending.Priority.NORMAL)
    WAITED.observe_each((one.waited + seconds for one in new), lane.value)


def count_links(outcomes: Sequence[Outcome]) -> None:
    """Those that are decided; what Python code decides is counted where that has run."""
    counts = Counter(
        (row["tool"] or "", row["state"])
        for outcome in outcomes
        for identity, row in outcome.rows.items()
        if identity not in outcome.undecided
    )
    for (tool, state), number in counts.items():
        LINKS.add(number, tool, state)
