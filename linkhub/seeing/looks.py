"""A look around every minute, kept for a day: what the status page draws.

Numbers that grow are kept as they stand; what happened between two looks is their difference.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.db.models.functions import Now

from linkhub.ingest.sources.health import health_of_sources
from linkhub.runs.models import Pending
from linkhub.seeing.models import Look, Process
from linkhub.seeing.queue import age_of, waiting

KEPT = timedelta(hours=25)
# A process that ended without a word is forgotten after this long.
FORGOTTEN = timedelta(minutes=15)
# Looks that beat asks for more often are left out: the others keep their distance.
APART = timedelta(seconds=55)

# Of the totals, by the names that a look gives them.
GROWN = """
    SELECT
        coalesce(sum(value) FILTER (WHERE metric = 'linkhub_documents_recorded'), 0),
        coalesce(sum(value) FILTER (WHERE metric = 'linkhub_units_resolved'), 0),
        coalesce(sum(value) FILTER (WHERE metric = 'linkhub_units_failed'), 0),
        coalesce(sum(value) FILTER (
            WHERE metric = 'linkhub_unit_wait_seconds' AND part = 'sum'), 0),
        coalesce(sum(value) FILTER (
            WHERE metric = 'linkhub_unit_wait_seconds' AND part <> 'sum'), 0),
        coalesce(sum(value) FILTER (WHERE metric = 'linkhub_http_requests'), 0),
        coalesce(sum(value) FILTER (
            WHERE metric = 'linkhub_http_requests' AND (labels::jsonb->>2) LIKE '5%%'), 0),
        coalesce(sum(value) FILTER (
            WHERE metric = 'linkhub_http_request_seconds' AND part = 'sum'), 0)
    FROM seeing_total
"""
NAMES = (
    "recorded",
    "resolved",
    "failed",
    "waited_seconds",
    "waited",
    "requests",
    "errors",
    "request_seconds",
)


def look_around() -> bool:
    """Keep a look where the last is old enough; return whether this one was kept.

    What lies ahead is of a clock that was set back: it would hide that nobody looks or lives.
    """
    Look.objects.filter(at__gt=Now()).delete()
    Process.objects.filter(seen_at__gt=Now()).update(seen_at=Now())
    Process.objects.filter(seen_at__lt=Now() - FORGOTTEN).delete()
    Look.objects.filter(at__lt=Now() - KEPT).delete()
    if Look.objects.filter(at__gt=Now() - APART).exists():
        return False
    Look.objects.create(numbers=_numbers())
    return True


def _numbers() -> dict[str, float]:
    with connection.cursor() as cursor:
        cursor.execute(GROWN, [])
        grown = dict(zip(NAMES, cursor.fetchone(), strict=True))
    queue = waiting()
    lags = [each.lag_seconds for each in health_of_sources() if each.lag_seconds is not None]
    return grown | {
        "pending": float(sum(each.number for each in queue if each.lane == Pending.Lane.MAIN)),
        "oldest": age_of(queue),
        "lag": max(lags, default=0.0),
    }
