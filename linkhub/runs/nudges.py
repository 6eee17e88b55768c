"""Telling the workers that something is pending, at most once per lane until one starts.

A nudge is worth nothing by itself: where Redis is away the row stays, and the sweeper's next
round picks it up. So a nudge never fails or slows what sends it.
"""

from __future__ import annotations

import functools

import redis
import structlog
from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from linkhub.runs.models import Pending

TASK, FOLLOW = "linkhub.links.resolve_pending", "linkhub.links.advance_backfills"
QUEUES = {Pending.Lane.MAIN: "resolve", Pending.Lane.PYTHON: "python_links"}
# A nudge whose worker died before it began is forgotten after this long.
COALESCE_MILLISECONDS = 1000
# Where nobody takes messages, more would only say the same again, and fill Redis.
MOST_MESSAGES = 1000

log = structlog.get_logger(__name__)


def nudge_on_commit(lane: Pending.Lane = Pending.Lane.MAIN) -> None:
    """Nudge the workers of `lane` once the caller's transaction has committed."""
    # Not a partial: Django names what fails after a commit, and a partial has no name.
    transaction.on_commit(lambda: nudge(lane), robust=True)


def nudge(lane: Pending.Lane = Pending.Lane.MAIN) -> None:
    if not settings.REDIS_URL:
        return
    try:
        if client().set(_key(lane), 1, nx=True, px=COALESCE_MILLISECONDS):
            _send(TASK, QUEUES[lane], lane=lane.value)
    except (redis.RedisError, OperationalError) as error:
        log.warning("nudge_lost", lane=lane.value, error=str(error))


def nudge_backfills() -> None:
    """An edit need not wait for beat's next round."""
    if not settings.REDIS_URL:
        return
    try:
        _send(FOLLOW, settings.CELERY_TASK_DEFAULT_QUEUE)
    except (redis.RedisError, OperationalError) as error:
        log.warning("nudge_lost", task=FOLLOW, error=str(error))


def _send(task: str, queue: str, **given: str) -> None:
    if has_room(queue):
        current_app.send_task(task, kwargs=given, queue=queue, retry=False)


def nudge_arrived(lane: Pending.Lane) -> None:
    """From here on a new nudge is sent again: what is marked now may be missed by this worker."""
    try:
        client().delete(_key(lane))
    except redis.RedisError as error:
        log.warning("nudge_key_kept", lane=lane.value, error=str(error))


def forget_stuck(lane: Pending.Lane) -> None:
    """Where Redis' clock was set back a nudge would be remembered until it is right again."""
    if not settings.REDIS_URL:
        return
    try:
        if client().pttl(_key(lane)) > COALESCE_MILLISECONDS:
            client().delete(_key(lane))
    except redis.RedisError as error:
        log.warning("nudge_key_kept", lane=lane.value, error=str(error))


def has_room(queue: str) -> bool:
    """Whether so few messages wait in this queue that one more is of use. Raises RedisError."""
    return int(client().llen(queue)) < MOST_MESSAGES


@functools.cache
def client() -> redis.Redis:
    """One short-tempered client a process: a nudge is not worth waiting for."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)


def _key(lane: Pending.Lane) -> str:
    return f"linkhub:nudge:{lane.value}"
