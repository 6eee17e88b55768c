"""Liveness, readiness and metrics: for machines, so without sign-in and without names."""

from __future__ import annotations

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from linkhub.runs.models import Pending
from linkhub.runs.nudges import client


@require_safe
def healthz(_: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(_: HttpRequest) -> JsonResponse:
    """503 where pages could not be served. Without Redis they can: the sweeper does its work."""
    database, broker = _database(), _redis()
    return JsonResponse(
        {"database": database, "redis": broker}, status=200 if database == "ok" else 503
    )


@require_safe
def metrics(_: HttpRequest) -> HttpResponse:
    registry = CollectorRegistry()
    count = Gauge("linkhub_pending", "Units waiting to be resolved.", ["lane"], registry=registry)
    oldest = Gauge(
        "linkhub_pending_oldest_seconds",
        "Age of the oldest unit waiting to be resolved.",
        ["lane"],
        registry=registry,
    )
    now = timezone.now()
    lanes = Pending.objects.order_by().values_list("lane")
    found = {lane: each for lane, *each in lanes.annotate(Count("pk"), Min("queued_at"))}
    for lane in Pending.Lane:
        number, first = found.get(lane, (0, None))
        count.labels(lane).set(number)
        oldest.labels(lane).set((now - first).total_seconds() if first else 0)
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "unreachable"
    return "ok"


def _redis() -> str:
    if not settings.REDIS_URL:
        return "not configured"
    try:
        client().ping()
    except redis.RedisError:
        return "unreachable"
    return "ok"
