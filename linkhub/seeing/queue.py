"""The queue as it stands, at a price that does not grow with it.

Ages come from the head of the index that workers claim by; counts stop at a bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection

from linkhub.runs.models import Pending

MOST_COUNTED = 100_000
NEW_FIRST = sorted(Pending.Priority, reverse=True)
# Rows that rest are the oldest of their lane: among so many they are looked for.
MOST_RESTING = 1_000

QUEUE = """
    SELECT q.lane, q.priority,
        (SELECT count(*) FROM (
            SELECT FROM runs_pending p WHERE p.lane = q.lane AND p.priority = q.priority
            LIMIT %(most)s) AS found),
        (SELECT count(*) FROM (
            SELECT attempts FROM runs_pending p WHERE p.lane = q.lane AND p.priority = q.priority
            ORDER BY p.not_before LIMIT %(most_resting)s) AS head
         WHERE attempts >= %(attempts)s),
        (SELECT extract(epoch FROM statement_timestamp() - p.not_before)::float8
         FROM runs_pending p
         WHERE p.lane = q.lane AND p.priority = q.priority AND p.attempts < %(attempts)s
         ORDER BY p.not_before LIMIT 1)
    FROM unnest(%(lanes)s::text[], %(priorities)s::int[]) AS q (lane, priority)
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Of one lane and priority: `number` waits, at most MOST_COUNTED are counted; `resting`
    of them failed too often; the oldest of the others has been due for `oldest` seconds."""

    lane: str
    priority: str
    number: int
    resting: int
    oldest: float


def waiting() -> list[Waiting]:
    """Every lane by every priority, in one statement."""
    wanted = [(lane, priority) for lane in Pending.Lane for priority in NEW_FIRST]
    asked: dict[str, Any] = {
        "lanes": [lane.value for lane, _ in wanted],
        "priorities": [priority.value for _, priority in wanted],
        "most": MOST_COUNTED,
        "most_resting": MOST_RESTING,
        "attempts": settings.LINKHUB_MAX_ATTEMPTS,
    }
    with connection.cursor() as cursor:
        cursor.execute(QUEUE, asked)
        rows = cursor.fetchall()
    return [
        Waiting(lane, Pending.Priority(priority).name.lower(), number, resting, max(0.0, age or 0))
        for lane, priority, number, resting, age in rows
    ]


def age_of(lanes: list[Waiting], lane: Pending.Lane = Pending.Lane.MAIN) -> float:
    """How long the oldest new unit of the lane has been due; backfills may wait."""
    new = Pending.Priority.NORMAL.name.lower()
    return max(
        (each.oldest for each in lanes if (each.lane, each.priority) == (lane, new)), default=0
    )
