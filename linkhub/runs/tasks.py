"""Celery's side of keeping: a round a minute, by the worker of what waits for others.

Half of a round is rest (`keeping/rounds.py`); workers that resolve are not held by it.
"""

from __future__ import annotations

from celery import shared_task

from linkhub.runs.keeping.rounds import retire

ROUND_SECONDS = 40.0


@shared_task(name="linkhub.runs.retire_runs", soft_time_limit=120, time_limit=150)  # type: ignore[untyped-decorator]
def retire_runs() -> None:
    """Remove runs that are past their time; where some cannot be archived, they stay, and the task
    fails, which alerts tell."""
    retire(seconds=ROUND_SECONDS)
