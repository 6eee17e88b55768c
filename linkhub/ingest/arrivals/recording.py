"""From arrivals to recorded runs: a chunk of rows, one transaction, and they are gone.

Where a chunk cannot be recorded, each of its rows is tried by itself: a bad one waits alone.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from linkhub.ingest.arrivals.reports import Reading, Report
from linkhub.ingest.cloudevents.reading import CloudEventsReading
from linkhub.ingest.models import Arrival
from linkhub.ingest.openlineage.reading import LineageReading
from linkhub.ingest.sources.schedule import pause
from linkhub.runs.record import RunWrite, emit_link, record_batch

CHUNK = 300
MAX_FAILURES = 8
KEPT = timedelta(days=7)
READINGS: Mapping[str, Callable[[], Reading]] = {
    Arrival.Kind.OPENLINEAGE: LineageReading,
    Arrival.Kind.CLOUDEVENTS: CloudEventsReading,
}

log = structlog.get_logger(__name__)


def record_all(*, seconds: float) -> bool:
    """Record what is due for so long; whether all of it was."""
    deadline = time.monotonic() + seconds
    while record_due(limit=CHUNK):
        if time.monotonic() > deadline:
            return False
    return True


def record_due(*, limit: int) -> int:
    """Record up to `limit` arrivals that nobody else is recording; return how many were tried."""
    failed: list[int] = []
    try:
        with transaction.atomic():
            rows = _claimed(limit)
            failed = [row.pk for row in rows]
            _record(rows)
        return len(rows)
    except Exception as error:
        _raise_if_away(error)
        log.warning("arrivals_failed", arrivals=len(failed), exc_info=True)
    for pk in failed:
        _record_alone(pk)
    return len(failed)


def _claimed(limit: int, **which: int) -> list[Arrival]:
    due = Arrival.objects.filter(due_at__lte=Now(), **which).order_by("pk")
    locked = due.select_for_update(of=("self",), skip_locked=True)
    return list(locked.select_related("project")[:limit])


def _record(rows: Sequence[Arrival]) -> None:
    if not rows:
        return
    for kind, some in _by_kind(rows).items():
        reading = READINGS[kind]()
        reports = reading.reports(some)
        writes = [
            RunWrite(row.project, row.domain, report.run, report.document)
            for row, report in zip(some, reports, strict=True)
        ]
        reading.recorded([run for run, _ in record_batch(writes)])
        for write, report in zip(writes, reports, strict=True):
            _emit(write, report)
    Arrival.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _emit(write: RunWrite, report: Report) -> None:
    for link in report.emitted:
        emit_link(
            project=write.project,
            domain=write.domain,
            run=write.name,
            action=report.action or None,
            link=link,
        )


def _by_kind(rows: Collection[Arrival]) -> dict[str, list[Arrival]]:
    found = defaultdict(list)
    for row in rows:
        found[row.kind].append(row)
    return found


def _record_alone(pk: int) -> None:
    try:
        with transaction.atomic():
            _record(_claimed(1, pk=pk))
    except Exception as error:
        _raise_if_away(error)
        log.exception("arrival_failed", arrival=pk)
        _rest(pk, error)


def _raise_if_away(error: Exception) -> None:
    """Where the database is away the rows are as due as before. A deadlock, or a statement that
    took too long, is the rows' own trouble: they must not stop all that come behind them."""
    if isinstance(error, OperationalError | InterfaceError) and not connection.is_usable():
        raise error


def _rest(pk: int, error: Exception) -> None:
    row = Arrival.objects.filter(pk=pk).first()
    if row is None:
        return
    row.failures += 1
    row.error = f"{type(error).__name__}: {error}"[:500]
    row.due_at = timezone.now() + pause(row.failures) if row.failures < MAX_FAILURES else None
    row.save(update_fields=["failures", "error", "due_at"])


def is_anything_due() -> bool:
    return Arrival.objects.filter(due_at__lte=Now()).exists()


def forget_resting() -> int:
    """Delete what could not be recorded a week ago; return how many."""
    old = Arrival.objects.filter(due_at=None, received_at__lt=timezone.now() - KEPT)
    deleted, _ = old.delete()
    return deleted
