"""How far a backfill is: what is done, how fast, and when it will have ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from linkhub.links.backfill import waiting
from linkhub.links.models import Backfill

# Before this long, a rate says more of how it began than of how it goes on.
FIRST_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` and `total` count units (actions, runs' own levels, projects); a total beyond some
    thousands is an estimate. `rate` is units a second since the start. None where not known.
    """

    done: int
    total: int
    rate: float | None
    ends_at: datetime | None

    @property
    def percent(self) -> int:
        return 100 if not self.total else min(100, 100 * self.done // self.total)


def progress_of(backfills: Iterable[Backfill], *, now: datetime) -> list[Progress]:
    """One each; what is marked and waits is counted once for all, and is no more than a batch."""
    backfills = list(backfills)
    running = [each for each in backfills if each.status == Backfill.Status.RUNNING]
    queued = waiting().count() if running else 0
    return [_progress(each, queued, now) for each in backfills]


def _progress(backfill: Backfill, queued: int, now: datetime) -> Progress:
    if backfill.status == Backfill.Status.RUNNING:
        done, until = max(0, backfill.marked - queued), now
    else:
        done, until = backfill.marked, backfill.finished_at or now
    # Units that are recorded meanwhile, or were counted by estimate, can exceed the total.
    total = max(backfill.total, backfill.marked)
    if backfill.status == Backfill.Status.DONE:
        total = done
    seconds = (until - backfill.created_at).total_seconds()
    if seconds < FIRST_SECONDS or not done:
        return Progress(done, total, None, None)
    rate = done / seconds
    if backfill.status != Backfill.Status.RUNNING:
        return Progress(done, total, rate, None)
    return Progress(done, total, rate, now + timedelta(seconds=(total - done) / rate))
