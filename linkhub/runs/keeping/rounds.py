"""A round of retention: removes what is past its time, archived first where there is an archive.

One round at a time, by an advisory lock of the session: two that add to one file would lose the
other's lines.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.db import connection
from django.db.models import Count, Q
from django.db.models.functions import TruncMonth
from django.utils import timezone

from linkhub.accounts.audit import delete_entries_before
from linkhub.runs.keeping import files
from linkhub.runs.keeping.deleting import Lines, batches, delete_runs
from linkhub.runs.keeping.documents import Documents
from linkhub.runs.keeping.due import Limit, limits
from linkhub.runs.keeping.files import CannotArchive
from linkhub.runs.models import Run

log = structlog.get_logger(__name__)

# Any number that nothing else in this database locks by.
LOCK = 0x11AC_4EE9
# Runs of a project's month that are archived together.
CHUNK = 1000
# Runs whose rows are in memory at once.
READ = 100
AUDIT_ENTRIES = 10_000
LONGEST_REST = 1.0


def retire(*, seconds: float, project: str | None = None) -> Counter[str]:
    """Remove what is due, for about so long; return how many runs went, by project.

    Nothing where another worker is at it. Raises `CannotArchive` when all projects had their turn,
    and then what could not be archived stays.
    """
    gone: Counter[str] = Counter()
    failed: CannotArchive | None = None
    with _alone() as is_held:
        turns = _turns(project, time.monotonic() + seconds) if is_held else deque()
        while turns:
            name, turn = turns.popleft()
            try:
                number = next(turn, None)
            except CannotArchive as error:
                log.error("archive_failed", project=name, reason=str(error))
                failed = failed or error
                continue
            if number is not None:
                gone[name] += number
                turns.append((name, turn))
        if is_held and project is None:
            _forget_audit()
    for name, number in (+gone).items():
        log.info("runs_retired", project=name, runs=number)
    if failed:
        failed.gone = gone.total()
        raise failed
    return +gone


Turns = deque[tuple[str, Iterator[int]]]


def _turns(project: str | None, deadline: float) -> Turns:
    """Projects take turns, so that one with very many runs keeps no other waiting."""
    return deque((limit.project.name, _retire(limit, deadline)) for limit in limits(project))


def count_due(project: str | None = None) -> Iterator[tuple[str, str, int]]:
    """What would go: project, month of creation such as `2026-01`, number of runs."""
    now = timezone.now()
    for limit in limits(project):
        due = limit.due(now).order_by().annotate(month=TruncMonth("created_at"))
        months = due.values_list("month").annotate(number=Count("pk"))
        for month, number in months.order_by("month"):
            yield limit.project.name, f"{month:%Y-%m}", number


def _retire(limit: Limit, deadline: float) -> Iterator[int]:
    """How many runs went, chunk by chunk."""
    now, after = timezone.now(), None
    while time.monotonic() < deadline and (chunk := _next(limit, now, after)):
        yield _retire_chunk(chunk)
        after = chunk[-1]


def _next(limit: Limit, now: datetime, after: Run | None) -> list[Run]:
    """The next runs of one month. Those before `after` had their turn, and some of them stay."""
    due = limit.due(now).select_related("project", "workflow")
    if after is not None:
        place = (after.created_at, after.name, after.domain)
        due = due.filter(created_at__gte=after.created_at).exclude(
            Q(created_at=place[0]) & (Q(name__lt=place[1]) | Q(name=place[1], domain__lte=place[2]))
        )
    chunk = list(due[:CHUNK])
    return [run for run in chunk if _month(run) == _month(chunk[0])]


def _month(run: Run) -> tuple[int, int]:
    return run.created_at.year, run.created_at.month


def _retire_chunk(runs: Sequence[Run]) -> int:
    """To its end, whatever the time: what was archived and stays is archived again."""
    archived = _archive(runs, Path(settings.LINKHUB_ARCHIVE)) if settings.LINKHUB_ARCHIVE else None
    number = 0
    for batch in batches([run.pk for run in runs]):
        with _gently():
            number += delete_runs(batch, archived)
    return number


def _archive(runs: Sequence[Run], archive: Path) -> Lines:
    """Add the runs' lines to their month's file; return them by run."""
    lines: dict[int, list[bytes]] = {}
    of_tasks: dict[int, bytes] = {}
    for first in range(0, len(runs), READ):
        some = runs[first : first + READ]
        with _gently():
            documents = Documents(some)
            lines |= {run.pk: documents.lines(run) for run in some}
            of_tasks |= dict(documents.task_lines())
    path = files.month_file(archive, runs[0].project.name, runs[0].created_at)
    files.append(path, [*of_tasks.values(), *(line for some in lines.values() for line in some)])
    log.info("runs_archived", file=str(path), runs=len(runs))
    return lines


def _forget_audit() -> None:
    if settings.LINKHUB_KEEP_AUDIT_DAYS:
        before = timezone.now() - timedelta(days=settings.LINKHUB_KEEP_AUDIT_DAYS)
        if number := delete_entries_before(before, limit=AUDIT_ENTRIES):
            log.info("audit_entries_retired", entries=number)


@contextmanager
def _gently() -> Iterator[None]:
    """Rest as long as the block took: half of the time of database and disk is left to others."""
    began = time.monotonic()
    yield
    time.sleep(min(time.monotonic() - began, LONGEST_REST))


@contextmanager
def _alone() -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        (is_held,) = cursor.fetchone()
        try:
            yield is_held
        finally:
            if is_held:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
