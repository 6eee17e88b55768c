"""Claiming what is pending: a claim is a lease, never a lock that outlives its transaction.

A claimed row has a claim number and a time until which it counts. Who writes an outcome looks
at the number again under a lock (`linkhub/links/write.py`); a claim that expired is given out
anew under another number, and the outcome of the first is dropped.

Attempts are counted when a row is claimed, not when it fails: what kills its worker counts too.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.db.models import F, Q
from django.db.models.functions import Now
from django.db.models.query import QuerySet

from linkhub.runs.models import Pending
from linkhub.runs.pending import Unit

# The longest wait between two attempts.
MAX_BACKOFF_SECONDS = 600
LOST = "the worker that resolved this ended without an outcome"

# A row that failed before is claimed alone, so that it cannot take others down with it.
CLAIM = """
    WITH due AS (
        SELECT id, attempts, priority, not_before FROM runs_pending
        WHERE lane = %(lane)s AND not_before <= statement_timestamp()
          AND (claimed_until IS NULL OR claimed_until < statement_timestamp())
          AND attempts < %(max_attempts)s
        ORDER BY priority DESC, not_before, id
        LIMIT %(limit)s
        FOR UPDATE SKIP LOCKED
    ), head AS (
        SELECT id, attempts FROM due ORDER BY priority DESC, not_before, id LIMIT 1
    ), picked AS (
        SELECT due.id FROM due, head
        WHERE due.id = head.id OR (due.attempts = 0 AND head.attempts = 0)
    ), claim AS (
        SELECT nextval('runs_pending_generation_seq') AS number
    )
    UPDATE runs_pending AS p SET
        claim = claim.number,
        claimed_until = statement_timestamp() + make_interval(secs => %(lease)s),
        attempts = p.attempts + 1,
        error = CASE WHEN p.claim IS NULL THEN p.error ELSE %(lost)s END
    FROM picked, claim
    WHERE p.id = picked.id
    RETURNING p.id, p.project_id, p.run_id, p.action_id, p.generation, p.claim, p.attempts,
              p.priority, extract(epoch FROM statement_timestamp() - p.not_before)::float8
"""
# A newer generation has facts that the error knows nothing of.
FAIL = """
    UPDATE runs_pending SET
        claim = NULL,
        claimed_until = NULL,
        error = CASE WHEN generation = %(generation)s THEN %(error)s ELSE error END,
        not_before = CASE WHEN generation = %(generation)s
                          THEN statement_timestamp() + make_interval(secs => %(backoff)s)
                          ELSE not_before END
    WHERE id = %(id)s AND claim = %(claim)s
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row as it was claimed; `attempts` counts this one. It had been due for `waited` seconds."""

    id: int
    unit: Unit
    generation: int
    claim: int
    attempts: int
    priority: int
    waited: float = 0.0


def claim(lane: Pending.Lane, limit: int, lease_seconds: float | None = None) -> list[Claimed]:
    """Claim up to `limit` rows that are due, new runs before backfills. Own transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            CLAIM,
            {
                "lane": lane.value,
                "limit": limit,
                "lease": lease_seconds or settings.LINKHUB_LEASE_SECONDS,
                "max_attempts": settings.LINKHUB_MAX_ATTEMPTS,
                "lost": LOST,
            },
        )
        rows = cursor.fetchall()
    return [Claimed(row[0], Unit(*row[1:4]), *row[4:]) for row in rows]


def fail(claimed: Claimed, error: str) -> None:
    """Give the row back with its error; it is due again after a pause that doubles."""
    with connection.cursor() as cursor:
        cursor.execute(
            FAIL,
            {
                "id": claimed.id,
                "claim": claimed.claim,
                "generation": claimed.generation,
                "error": error.replace("\x00", "")[:2000],
                "backoff": min(2**claimed.attempts, MAX_BACKOFF_SECONDS),
            },
        )


def rest_lost() -> int:
    """Give the rows their error whose last allowed attempt ended without one; return how many."""
    lost = Pending.objects.filter(
        attempts__gte=settings.LINKHUB_MAX_ATTEMPTS, claimed_until__lt=Now()
    )
    return lost.update(claim=None, claimed_until=None, error=LOST)


def claimable(lane: Pending.Lane) -> QuerySet[Pending]:
    """The rows of `lane` that a worker would claim now."""
    return Pending.objects.filter(
        Q(claimed_until=None) | Q(claimed_until__lt=Now()),
        lane=lane,
        not_before__lte=Now(),
        attempts__lt=settings.LINKHUB_MAX_ATTEMPTS,
    )


def resting(most: int) -> QuerySet[Pending]:
    """The rows that failed `most` times or more and wait for new facts; each shows its error."""
    return Pending.objects.filter(attempts__gte=most).order_by(F("not_before").desc(), "pk")
