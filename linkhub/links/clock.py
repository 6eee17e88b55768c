"""What waits for a time by PostgreSQL's clock, when that clock has been set back.

A row that was queued an hour "from now" would wait for that hour, and so would a lease. Each
process compares PostgreSQL's clock with its own monotonic one, which nobody sets; the first look
of a process counts as a step, since nobody knows what was before.
"""

from __future__ import annotations

import time

import structlog
from django.conf import settings
from django.db import connection

from linkhub.links.claims import MAX_BACKOFF_SECONDS
from linkhub.links.python_lane import LEASE_SECONDS

log = structlog.get_logger(__name__)

# What two looks may differ by without a step: a look itself takes some time.
TOLERANCE = 1.0
READ = "SELECT extract(epoch FROM statement_timestamp())::float8"
# No row is queued later than now, no pause and no lease is longer than the longest.
PENDING = """
    UPDATE runs_pending SET
        queued_at = least(queued_at, statement_timestamp()),
        not_before = least(not_before, statement_timestamp()),
        claimed_until = least(claimed_until, statement_timestamp())
    WHERE id IN (
        SELECT id FROM runs_pending
        WHERE queued_at > statement_timestamp()
           OR not_before > statement_timestamp() + make_interval(secs => %(pause)s)
           OR claimed_until > statement_timestamp() + make_interval(secs => %(lease)s)
        FOR UPDATE SKIP LOCKED
    )
"""
DAYS = """
    UPDATE runs_workflowday SET due_at = statement_timestamp() WHERE id IN (
        SELECT id FROM runs_workflowday
        WHERE marked AND due_at > statement_timestamp() + interval '1 hour' FOR UPDATE SKIP LOCKED
    )
"""


class Clock:
    """How far PostgreSQL's clock is ahead of the process's own monotonic one, in seconds."""

    def __init__(self) -> None:
        self._ahead: float | None = None

    def is_set_back(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(READ)
            ahead = cursor.fetchone()[0] - time.monotonic()
        before, self._ahead = self._ahead, ahead
        return before is None or ahead < before - TOLERANCE


clock = Clock()


def follow_clock() -> None:
    """Let nothing wait for a time that a clock set back has put out of reach."""
    if not clock.is_set_back():
        return
    longest = {
        "pause": MAX_BACKOFF_SECONDS + TOLERANCE,
        "lease": max(settings.LINKHUB_LEASE_SECONDS, LEASE_SECONDS) + TOLERANCE,
    }
    with connection.cursor() as cursor:
        cursor.execute(PENDING, longest)
        waited = cursor.rowcount
        cursor.execute(DAYS)
    if waited:
        log.warning("clock_set_back", units=waited)
