"""Recording what arrived at once where little else waits; else telling the workers."""

from __future__ import annotations

import threading
import time

import redis
import structlog
from celery import current_app
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models.functions import Now
from kombu.exceptions import OperationalError

from linkhub.ingest.arrivals.recording import record_due
from linkhub.ingest.models import Arrival
from linkhub.runs.nudges import client, has_room

TASK = "linkhub.ingest.record_arrivals"
QUEUE = "resolve"
# So many may wait for a request to record them at once, its own included.
FEW = 20
# One request records at a time, so that busy times leave the web server its processors.
RECORDER = 0x4C48_4152_5249_5645
NUDGE_KEY = "linkhub:nudge:arrivals"
COALESCE_MILLISECONDS = 1000

log = structlog.get_logger(__name__)


class Allowance:
    """How many requests of this process may record by themselves: a burst, then few a second."""

    def __init__(self, burst: float, each_second: float) -> None:
        self._burst, self._each_second = burst, each_second
        self._left, self._seen = burst, time.monotonic()
        self._lock = threading.Lock()

    def take(self) -> bool:
        with self._lock:
            now = time.monotonic()
            self._left = min(self._burst, self._left + (now - self._seen) * self._each_second)
            self._seen = now
            if self._left < 1:
                return False
            self._left -= 1
            return True


allowance = Allowance(burst=150, each_second=2)


def record_soon() -> None:
    """After what arrived is committed: record it here and now, or have a worker do it.

    Recording many at once costs each of them a fraction, so at busy times a worker does it all.
    """
    try:
        done = allowance.take() and _record_few()
    except (DatabaseError, InterfaceError) as error:
        # What was kept is safe, and as due as before.
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
        if client().set(NUDGE_KEY, 1, nx=True, px=COALESCE_MILLISECONDS) and has_room(QUEUE):
            current_app.send_task(TASK, queue=QUEUE, retry=False)
    except (redis.RedisError, OperationalError) as error:
        log.warning("nudge_lost", lane="arrivals", error=str(error))


def nudge_arrived() -> None:
    """From here on a new nudge is sent again."""
    try:
        client().delete(NUDGE_KEY)
    except redis.RedisError as error:
        log.warning("nudge_key_kept", lane="arrivals", error=str(error))
