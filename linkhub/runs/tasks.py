"""Celery's side of keeping: a short round now and then, so that it never holds a worker long."""

from __future__ import annotations

from celery import shared_task

from linkhub.runs.keeping.rounds import retire

ROUND_SECONDS = 10.0


@shared_task(name="linkhub.runs.retire_runs", soft_time_limit=120, time_limit=150)  # type: ignore[untyped-decorator]
def retire_runs() -> None:
    """Remove runs that are past their time; where some cannot be archived, they stay, and the task
    fails, which alerts tell."""
    retire(seconds=ROUND_SECONDS)
