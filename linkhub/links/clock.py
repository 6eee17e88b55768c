"""What waits for a time by PostgreSQL's clock, when that clock has been set back.

A row that was queued an hour "from now" would wait for that hour, and so would a lease.
"""

from __future__ import annotations

import structlog
from django.conf import settings
from django.db import connection
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Least, Now

from linkhub.lib.db_clock import TOLERANCE, Clock
from linkhub.links.backlinks import work as backlinks
from linkhub.links.checking.rounds import LONGEST_WAIT
from linkhub.links.claims import MAX_BACKOFF_SECONDS
from linkhub.links.models import Backlink, Target
from linkhub.links.python_lane import LEASE_SECONDS
from linkhub.runs.models import Pending
from linkhub.runs.nudges import forget_stuck

log = structlog.get_logger(__name__)

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

clock = Clock()


def follow_clock() -> None:
    """Let nothing wait for a time that a clock set back has put out of reach."""
    for lane in Pending.Lane:
        forget_stuck(lane)
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
    waited += _follow_checks() + _follow_backlinks()
    if waited:
        log.warning("clock_set_back", units=waited)


def _follow_checks() -> int:
    Target.objects.filter(seen_at__gt=Now()).update(seen_at=Now())
    return Target.objects.filter(due_at__gt=Now() + LONGEST_WAIT).update(due_at=Now())


def _follow_backlinks() -> int:
    """One that never failed waits for a problem of all of them at most."""
    longest = Case(
        When(attempts=0, then=Value(backlinks.PROBLEM_PAUSE)), default=backlinks.LONGEST_PAUSE
    )
    late = Q(not_before__gt=Now() + longest) | Q(claimed_until__gt=Now() + backlinks.LEASE)
    rows = Backlink.objects.filter(late, state=Backlink.State.PENDING)
    return rows.update(
        not_before=Least(F("not_before"), Now()), claimed_until=Least(F("claimed_until"), Now())
    )
