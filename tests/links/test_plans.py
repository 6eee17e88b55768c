"""The hot queries are served by their indexes, whatever the tables' sizes."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from linkhub.links import claims
from linkhub.links.backfill import advance_all, start_backfill
from linkhub.links.models import Link, Resolved
from linkhub.links.stored import rows_of
from linkhub.runs.changes import next_change
from linkhub.runs.models import Pending
from linkhub.runs.pending import Unit
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _small_tables_like_big_ones() -> None:
    """A table of a few rows is read as a whole, and sorted, unless that is forbidden."""
    with connection.cursor() as cursor:
        for way in ("seqscan", "bitmapscan", "sort"):
            cursor.execute(f"SET LOCAL enable_{way} = off")


def plan_of(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}")
        return "\n".join(line for (line,) in cursor.fetchall())


def plans(queries: CaptureQueriesContext, part: str) -> list[str]:
    """The plans of the captured statements that contain `part`."""
    found = [query["sql"] for query in queries if part in query["sql"]]
    return [plan_of(sql) for sql in found if "SAVEPOINT" not in sql and "EXPLAIN" not in sql]


def test_it_claims_by_the_index_in_its_order():
    with CaptureQueriesContext(connection) as queries:
        claims.claim(Pending.Lane.MAIN, 10)
    [plan] = plans(queries, "runs_pending")
    due = plan[plan.index("CTE due") : plan.index("CTE claim")]
    assert "pending_to_claim" in due
    assert "Sort" not in due


@pytest.mark.parametrize("unit", [Unit(1, 2, 3), Unit(1, 2), Unit(1)])
def test_it_finds_the_links_of_a_unit_by_index(unit):
    with CaptureQueriesContext(connection) as queries:
        list(rows_of(Link, [unit], "key"))
    [plan] = plans(queries, "links_link")
    assert "Seq Scan" not in plan


@pytest.mark.parametrize("unit", [Unit(1, 2, 3), Unit(1, 2), Unit(1)])
def test_it_finds_when_a_unit_was_resolved_by_index(unit):
    with CaptureQueriesContext(connection) as queries:
        list(rows_of(Resolved, [unit], "change"))
    [plan] = plans(queries, "links_resolved")
    assert "Seq Scan" not in plan


def test_it_walks_over_runs_by_index():
    make.make_run()
    start_backfill(change=next_change(), project=None, reason="edited")
    advance_all()
    with CaptureQueriesContext(connection) as queries:
        advance_all()
    [walk] = plans(queries, "ORDER BY 1 DESC, 2 DESC")
    assert "run_by_created" in walk


def test_it_finds_stale_units_by_index():
    make.make_action()
    start_backfill(change=next_change(), project=None, reason="edited")
    with CaptureQueriesContext(connection) as queries:
        advance_all()
    found = plans(queries, "WITH queued")
    assert found
    assert not any("Seq Scan" in plan for plan in found)
