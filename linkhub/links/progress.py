"""How far a backfill is: what is done, how fast, and when it will have ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Func, OuterRef, Subquery
from django.db.models.functions import Coalesce

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
    """One each, of running ones as of one moment; what is marked and waits is not done yet."""
    backfills = list(backfills)
    running = [each.pk for each in backfills if each.status == Backfill.Status.RUNNING]
    marks = _marks_of(running) if running else {}
    return [_progress(each, *marks.get(each.pk, (each.marked, 0)), now) for each in backfills]


def _marks_of(backfills: list[int]) -> dict[int, tuple[int, int]]:
    """By id, how many units were marked and how many of its projects' still wait.

    In one statement: workers and marks go on, and what is done would seem to go back.
    """
    mine = waiting().filter(project=Coalesce(OuterRef("project"), F("project")))
    queued = mine.order_by().annotate(count=Func("pk", function="COUNT")).values("count")
    rows = Backfill.objects.filter(pk__in=backfills).annotate(queued=Subquery(queued))
    return {
        pk: (marked, queued) for pk, marked, queued in rows.values_list("pk", "marked", "queued")
    }


def _progress(backfill: Backfill, marked: int, queued: int, now: datetime) -> Progress:
    running = backfill.status == Backfill.Status.RUNNING
    done, until = max(0, marked - queued), now if running else backfill.finished_at or now
    # Units that are recorded meanwhile, or were counted by estimate, can exceed the total.
    total = max(backfill.total, marked)
    if backfill.status == Backfill.Status.DONE:
        total = done
    seconds = (until - backfill.created_at).total_seconds()
    if seconds < FIRST_SECONDS or not done:
        return Progress(done, total, None, None)
    rate = done / seconds
    if not running:
        return Progress(done, total, rate, None)
    return Progress(done, total, rate, now + timedelta(seconds=(total - done) / rate))
