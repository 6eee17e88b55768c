"""Roll-ups beside other writers: nobody waits for them, and no mark is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connection

from linkhub.links import days, tasks
from linkhub.runs.days import mark_days
from linkhub.runs.models import DayMark, WorkflowDay
from tests import factories as make

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
DAY = make.CREATED.date()


@contextmanager
def elsewhere(statement: str, *values: Any) -> Iterator[psycopg.Connection[Any]]:
    """What another process has done in a transaction that is still open."""
    parameters = connection.get_connection_params()
    names = ("host", "port", "dbname", "user", "password")
    with psycopg.connect(**{name: parameters[name] for name in names if name in parameters}) as own:
        own.execute(statement, values)
        yield own


def test_it_leaves_the_work_to_whoever_is_at_it() -> None:
    make.make_run()
    mark_days([(make.make_workflow().pk, DAY)])
    with elsewhere("SELECT pg_advisory_xact_lock(%s)", days.LOCK):
        assert days.recompute_days(seconds=1) == 0
    assert days.recompute_days(seconds=1) == 1


def test_it_gives_up_and_keeps_the_marks_where_it_would_have_to_wait() -> None:
    """Before PostgreSQL looks for deadlocks, so that it is never a recorder who is ended."""
    workflow = make.make_run().workflow
    assert workflow is not None
    mark_days([(workflow.pk, DAY)])
    with elsewhere("SELECT FROM runs_workflow WHERE id = %s FOR UPDATE", workflow.pk):
        tasks.recompute_marked_days()
        assert not WorkflowDay.objects.exists()
        assert DayMark.objects.count() == 1
    tasks.recompute_marked_days()

    assert WorkflowDay.objects.get().outcomes == {"running": 1}


def test_a_mark_that_is_not_committed_yet_is_taken_next_time() -> None:
    workflow = make.make_run().workflow
    assert workflow is not None
    mark = "INSERT INTO runs_daymark (workflow_id, day) VALUES (%s, %s)"
    with elsewhere(mark, workflow.pk, DAY) as other:
        other.execute("UPDATE runs_run SET phase = 'failed'")
        assert days.recompute_days(seconds=1) == 0
        assert not WorkflowDay.objects.exists()
    days.recompute_days(seconds=1)

    assert WorkflowDay.objects.get().outcomes == {"failed": 1}
