"""How sources are: for the admin, and for whoever watches LinkHub (`health_of_sources`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from linkhub.ingest.models import FollowedRun, Source

# A source is late when it has not caught up for so many intervals and this long.
LATE_INTERVALS = 3
LATE_AT_LEAST = timedelta(minutes=2)


class SourceState(StrEnum):
    """In the order in which they are decided."""

    PAUSED = "paused"
    FAILING = "failing"
    NEW = "new"
    LATE = "late"
    INCOMPLETE = "incomplete"
    OK = "ok"


MEANINGS = {
    SourceState.PAUSED: "not polled until an admin resumes it",
    SourceState.FAILING: "the last poll failed; tried again after a pause that grows",
    SourceState.NEW: "has not caught up yet for the first time",
    SourceState.LATE: "has not caught up for a while",
    SourceState.INCOMPLETE: "polled, but some projects or runs cannot be read",
    SourceState.OK: "caught up",
}


@dataclass(frozen=True)
class SourceHealth:
    """`lag_seconds`: since when something may be missing, none before the first time that
    everything was read. `failures` counts failed polls in a row, `failing_runs` the runs that
    cannot be read, `live_runs` those that are read again and again until they end."""

    name: str
    kind: str
    state: SourceState
    lag_seconds: float | None
    failures: int
    error: str
    last_success_at: datetime | None
    next_poll_at: datetime
    live_runs: int
    failing_runs: int


def with_counts(sources: QuerySet[Source]) -> QuerySet[Source]:
    """The sources with what `health_of` needs of the runs that they follow."""
    return sources.annotate(live=_count(Q(due_at__isnull=False)), broken=_count(Q(failures__gt=0)))


def _count(which: Q) -> Coalesce:
    """By an index that has those alone: of what a source follows, nearly all is at rest."""
    rows = FollowedRun.objects.filter(which, source=OuterRef("pk")).order_by().values("source")
    return Coalesce(Subquery(rows.annotate(number=Count("pk")).values("number")), 0)


def health_of_sources() -> list[SourceHealth]:
    """Every source, by name, in one query; for metrics, too."""
    now = timezone.now()
    return [health_of(source, now) for source in with_counts(Source.objects.order_by("name"))]


def health_of(source: Source, now: datetime) -> SourceHealth:
    """Of one that comes from `with_counts`."""
    caught_up = source.caught_up_at
    broken: int = getattr(source, "broken", 0)
    return SourceHealth(
        name=source.name,
        kind=source.kind,
        state=_state(source, broken, now),
        lag_seconds=None if caught_up is None else max((now - caught_up).total_seconds(), 0.0),
        failures=source.failures,
        error=source.last_error,
        last_success_at=source.last_success_at,
        next_poll_at=source.next_poll_at,
        live_runs=getattr(source, "live", 0),
        failing_runs=broken,
    )


def _state(source: Source, broken: int, now: datetime) -> SourceState:
    if not source.enabled:
        return SourceState.PAUSED
    if source.failures:
        return SourceState.FAILING
    if broken or source.last_error:
        return SourceState.INCOMPLETE
    if source.caught_up_at is None:
        return SourceState.NEW
    patience = max(source.every * LATE_INTERVALS, LATE_AT_LEAST)
    return SourceState.LATE if now - source.caught_up_at > patience else SourceState.OK
