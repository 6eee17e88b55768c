"""Keeping what arrived, and recording it at once where little else waits."""

from __future__ import annotations

from collections.abc import Sequence

import redis
import structlog
from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models.functions import Now
from kombu.exceptions import OperationalError

from linkhub.ingest.arrivals.recording import record_due
from linkhub.ingest.models import Arrival
from linkhub.runs.nudges import client

TASK = "linkhub.ingest.record_arrivals"
QUEUE = "resolve"
# So many may wait for a request to record them at once, its own included.
FEW = 20
# One request records at a time, so that busy times leave the web server its processors.
RECORDER = 0x4C48_4152_5249_5645
NUDGE_KEY = "linkhub:nudge:arrivals"
COALESCE_MILLISECONDS = 1000

log = structlog.get_logger(__name__)


def accept(arrivals: Sequence[Arrival]) -> None:
    """Keep them, durably, then have them recorded. Not to be called in a transaction that may
    still be rolled back: what recording cannot do now is left to the workers."""
    if not arrivals:
        return
    Arrival.objects.bulk_create(arrivals)
    try:
        done = _record_few()
    except DatabaseError as error:
        log.warning("arrivals_put_off", error=str(error))
        done = False
    if not done:
        nudge()


def _record_few() -> bool:
    """Record all that waits if that is little and nobody else is at it; whether it was."""
    due = Arrival.objects.filter(due_at__lte=Now()).order_by("pk").values_list("pk", flat=True)
    if len(due[: FEW + 1]) > FEW:
        return False
    with transaction.atomic():
        if not _is_recorder():
            return False
        record_due(limit=FEW)
    return True


def _is_recorder() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [RECORDER])
        (taken,) = cursor.fetchone()
    return bool(taken)


def nudge() -> None:
    """Tell the workers, at most once until one of them begins."""
    if not settings.REDIS_URL:
        return
    try:
        if client().set(NUDGE_KEY, 1, nx=True, px=COALESCE_MILLISECONDS):
            current_app.send_task(TASK, queue=QUEUE, retry=False)
    except (redis.RedisError, OperationalError) as error:
        log.warning("nudge_lost", lane="arrivals", error=str(error))


def nudge_arrived() -> None:
    """From here on a new nudge is sent again."""
    try:
        client().delete(NUDGE_KEY)
    except redis.RedisError as error:
        log.warning("nudge_key_kept", lane="arrivals", error=str(error))
