"""Recomputing the marked days of workflows: outcomes of runs, and what share has working links.

Where a workflow's latest run was deleted, the one before it becomes the latest.

One task at a time, by an advisory lock: of two that read at different moments, the one with the
older facts could write last. Marks are gathered first, so that the facts read afterwards are at
least as new. Nobody else waits for what it locks, and where it would have to wait itself it gives
up, and its next round begins anew.

A day of many runs is recomputed less often, a millisecond of pause for each run: whatever is
recorded, roll-ups take a small share of one worker.
"""

from __future__ import annotations

import time

from django.db import connection, transaction

from linkhub.links.models import State
from linkhub.runs.days import gather_marks

# Any number that nothing else in this database locks by.
LOCK = 0x11AC_DA75
# Below PostgreSQL's deadlock_timeout of one second, so that it is never others who are ended.
PATIENCE = "SET LOCAL lock_timeout = '500ms'"
MARKS = 50_000
DAYS = 50

DECIDED = (State.READY, State.MISSING, State.BLOCKED, State.FAILED)
# What waits longest first: of days that are marked again and again none starves another.
DUE = """
    SELECT id FROM runs_workflowday WHERE marked AND due_at <= statement_timestamp()
    ORDER BY due_at, id LIMIT %s
"""
# LATERAL keeps to the indexes by workflow and by run, however many rows the tables have.
RECOMPUTE = """
    WITH due AS (
        SELECT id, workflow_id, day::timestamp AT TIME ZONE 'UTC' AS since,
               (day + 1)::timestamp AT TIME ZONE 'UTC' AS until
        FROM runs_workflowday WHERE id = ANY(%(ids)s)
    ), run AS (
        SELECT due.id AS day_id, r.id, r.phase FROM due CROSS JOIN LATERAL (
            SELECT id, coalesce(phase, 'running') AS phase FROM runs_run
            WHERE workflow_id = due.workflow_id
              AND created_at >= due.since AND created_at < due.until
            OFFSET 0
        ) AS r
    ), outcome AS (
        SELECT day_id, jsonb_object_agg(phase, runs) AS outcomes, sum(runs) AS runs
        FROM (SELECT day_id, phase, count(*) AS runs FROM run GROUP BY day_id, phase) AS counted
        GROUP BY day_id
    ), share AS (
        SELECT run.day_id, l.tool_id, count(*) FILTER (WHERE l.ready) AS ready, count(*) AS decided
        FROM run CROSS JOIN LATERAL (
            SELECT tool_id, bool_or(state = 'ready') AS ready FROM links_link
            WHERE run_id = run.id AND tool_id IS NOT NULL AND state = ANY(%(decided)s)
            GROUP BY tool_id
        ) AS l
        GROUP BY run.day_id, l.tool_id
    ), coverage AS (
        SELECT day_id, jsonb_object_agg(t.name, jsonb_build_array(ready, decided)) AS coverage
        FROM share JOIN links_tool AS t ON t.id = share.tool_id GROUP BY day_id
    )
    UPDATE runs_workflowday AS d SET
        outcomes = coalesce(o.outcomes, '{}'),
        coverage = coalesce(c.coverage, '{}'),
        marked = false,
        due_at = statement_timestamp() + make_interval(secs => coalesce(o.runs, 0) / 1000.0)
    FROM due
    LEFT JOIN outcome AS o ON o.day_id = due.id
    LEFT JOIN coverage AS c ON c.day_id = due.id
    WHERE d.id = due.id
"""
# A workflow whose latest run was deleted has none until here; a recorder that comes first wins.
REPAIR = """
    UPDATE runs_workflow AS w SET latest_run_id = (
        SELECT id FROM runs_run WHERE workflow_id = w.id ORDER BY created_at DESC, id DESC LIMIT 1
    )
    WHERE latest_run_id IS NULL AND EXISTS (SELECT FROM runs_run WHERE workflow_id = w.id)
      AND id IN (SELECT workflow_id FROM runs_workflowday WHERE id = ANY(%s))
"""
FORGET = "DELETE FROM runs_workflowday WHERE id = ANY(%s) AND outcomes = '{}'"


def recompute_days(*, seconds: float) -> int:
    """Recompute what is marked and due, for about so long; return how many days."""
    deadline = time.monotonic() + seconds
    total = 0
    while number := _recompute_some():
        total += number
        if time.monotonic() >= deadline:
            break
    return total


def _recompute_some() -> int:
    """One transaction's share; 0 where nothing is due, or another worker is at it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(PATIENCE)
        while gather_marks(MARKS):
            pass
        cursor.execute(DUE, [DAYS])
        ids = [pk for (pk,) in cursor.fetchall()]
        if ids:
            cursor.execute(RECOMPUTE, {"ids": ids, "decided": [each.value for each in DECIDED]})
            cursor.execute(REPAIR, [ids])
            cursor.execute(FORGET, [ids])
    return len(ids)
