"""How LinkHub itself is, for admins: its parts, processes, queue and sources, and the last day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from linkhub.ingest.sources.health import MEANINGS, SourceHealth, SourceState, health_of_sources
from linkhub.lib.version import VERSION
from linkhub.links.models import Backfill
from linkhub.links.progress import Progress, progress_of
from linkhub.pages.access import signed_in
from linkhub.pages.rendering import page
from linkhub.pages.requests import Request
from linkhub.pages.status_plots import LastDay, last_day
from linkhub.seeing.condition import PATIENCE, Condition, look
from linkhub.seeing.models import Process
from linkhub.seeing.queue import Waiting, waiting

MOST_PROCESSES = 200
MOST_BACKFILLS = 20


@dataclass(frozen=True, slots=True)
class ProcessRow:
    process: Process
    lives: bool


@dataclass(frozen=True, slots=True)
class SourceRow:
    source: SourceHealth
    meaning: str
    tone: str


@dataclass(frozen=True, slots=True)
class BackfillRow:
    reason: str
    project: str
    progress: Progress


@dataclass(frozen=True, slots=True)
class Status:
    now: datetime
    version: str
    condition: Condition
    lanes: list[Waiting]
    processes: list[ProcessRow]
    sources: list[SourceRow]
    backfills: list[BackfillRow]
    day: LastDay


@require_safe
@never_cache
@signed_in
def status(request: Request) -> HttpResponse:
    if not request.user.is_superuser:
        raise Http404("There is nothing here that you may see.")
    return page(request, "status.html", {"status": status_at(timezone.now())})


def status_at(now: datetime) -> Status:
    return Status(
        now=now,
        version=VERSION,
        condition=look(),
        lanes=waiting(),
        processes=_processes(now),
        sources=[_source(each) for each in health_of_sources()],
        backfills=_backfills(now),
        day=last_day(now),
    )


def _processes(now: datetime) -> list[ProcessRow]:
    found = Process.objects.order_by("kind", "name")[:MOST_PROCESSES]
    return [ProcessRow(each, now - each.seen_at < PATIENCE) for each in found]


def _source(source: SourceHealth) -> SourceRow:
    tone = "ready" if source.state == SourceState.OK else "waiting"
    if source.state in (SourceState.FAILING, SourceState.LATE):
        tone = "failed"
    return SourceRow(source, MEANINGS[source.state], tone)


def _backfills(now: datetime) -> list[BackfillRow]:
    running = Backfill.objects.filter(status=Backfill.Status.RUNNING).select_related("project")
    rows = list(running[:MOST_BACKFILLS])
    progress = progress_of(rows, now=now)
    return [
        BackfillRow(row.reason, row.project.name if row.project else "", each)
        for row, each in zip(rows, progress, strict=True)
    ]
