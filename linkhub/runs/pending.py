"""Marking what is to be resolved, in the transaction that records the fact.

The row is the queue; the Celery message is only a nudge, and a lost one is made good by the
sweeper. A mark takes a new generation from the sequence, so that a worker that read older facts
finds that its outcome is out of date; it leaves a claim alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import orjson
from django.db import connection

from linkhub.runs.models import Pending

MARK = """
    INSERT INTO runs_pending
        (project_id, run_id, action_id, lane, priority, generation, attempts, error)
    SELECT u.project_id, u.run_id, u.action_id, %(lane)s, %(priority)s,
           nextval('runs_pending_generation_seq'), 0, ''
    FROM jsonb_to_recordset(%(units)s::jsonb)
         AS u (project_id bigint, run_id bigint, action_id bigint)
    ON CONFLICT (project_id, run_id, action_id, lane) DO UPDATE SET
        generation = excluded.generation,
        priority = greatest(runs_pending.priority, excluded.priority),
        attempts = 0,
        error = '',
        not_before = now()
"""


class Unit(NamedTuple):
    """What is resolved together: one action, a run's own level (no action), or a project's.

    A tuple, because nothing is looked up as often: its hash is the interpreter's own.
    """

    project_id: int
    run_id: int | None = None
    action_id: int | None = None


def mark(
    units: Iterable[Unit],
    *,
    lane: Pending.Lane = Pending.Lane.MAIN,
    priority: Pending.Priority = Pending.Priority.NORMAL,
) -> int:
    """Mark `units` as to be resolved; return how many. One statement, in the caller's transaction.

    Rows go in natural order, so that two recorders that mark the same units never deadlock.
    """
    ordered = sorted(
        set(units), key=lambda unit: (unit.project_id, unit.run_id or 0, unit.action_id or 0)
    )
    if ordered:
        with connection.cursor() as cursor:
            cursor.execute(
                MARK,
                {
                    "lane": lane.value,
                    "priority": priority.value,
                    "units": orjson.dumps([unit._asdict() for unit in ordered]).decode(),
                },
            )
    return len(ordered)
