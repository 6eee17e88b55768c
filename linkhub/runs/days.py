"""Marking workflows' days whose roll-ups are out of date; days in UTC.

A mark is a row appended in the transaction that makes a day's roll-up wrong: by a worker for the
runs whose outcomes it stores (every recorded change ends there), and by triggers on `runs_run` for
the day that a run leaves, being deleted or moved. Marks are gathered into `WorkflowDay.marked`,
which is so held by one task alone; `linkhub/links/days.py` recomputes what is marked.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import connection

MARK = """
    INSERT INTO runs_daymark (workflow_id, day)
    SELECT * FROM unnest(%s::bigint[], %s::date[])
"""
MARK_RUN = """
    INSERT INTO runs_daymark (workflow_id, day)
    SELECT workflow_id, (created_at AT TIME ZONE 'UTC')::date FROM runs_run
    WHERE id = %s AND workflow_id IS NOT NULL
"""
# Marks of a workflow that has gone are dropped. In natural order, as every writer of many rows.
GATHER = """
    WITH taken AS (
        DELETE FROM runs_daymark WHERE id IN (SELECT id FROM runs_daymark ORDER BY id LIMIT %s)
        RETURNING workflow_id, day
    ), gathered AS (
        INSERT INTO runs_workflowday (workflow_id, day, outcomes, coverage, marked)
        SELECT DISTINCT taken.workflow_id, taken.day, '{}'::jsonb, '{}'::jsonb, true
        FROM taken JOIN runs_workflow AS w ON w.id = taken.workflow_id
        ORDER BY 1, 2
        ON CONFLICT (workflow_id, day) DO UPDATE SET marked = true
    )
    SELECT count(*) FROM taken
"""


def mark_days(days: Iterable[tuple[int, date]]) -> None:
    """Mark days by workflow id, in the caller's transaction: one statement, no lock."""
    if distinct := sorted(set(days)):
        with connection.cursor() as cursor:
            cursor.execute(MARK, [list(column) for column in zip(*distinct, strict=True)])


def mark_day_of_run(run_id: int | None) -> None:
    """Mark the day of a run by its id; of none, or of one that has gone, nothing."""
    if run_id is not None:
        with connection.cursor() as cursor:
            cursor.execute(MARK_RUN, [run_id])


def gather_marks(limit: int) -> bool:
    """Turn up to `limit` marks into marked days; return whether there may be more."""
    with connection.cursor() as cursor:
        cursor.execute(GATHER, [limit])
        (number,) = cursor.fetchone()
    return bool(number == limit)
