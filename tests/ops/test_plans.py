"""What /metrics and /readyz ask is served by indexes, whatever the tables' sizes."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from linkhub.ingest.models import Source
from linkhub.runs.models import Pending
from linkhub.runs.pending import Unit, mark
from linkhub.seeing import condition
from linkhub.seeing.looks import look_around
from tests import factories as make
from tests.ops.living import make_all_live

pytestmark = pytest.mark.django_db
# Those that grow with what is recorded; others have a row a source, tool, process or metric.
BIG = (
    r"runs_(?!pending)\w+|links_(link|resolved|backlink|target)\b"
    r"|ingest_followedrun|accounts_auditentry"
)


@pytest.fixture(autouse=True)
def _small_tables_like_big_ones(db: None) -> None:
    make_all_live()
    Source.objects.create(name="flyte", kind="flyte2")
    mark([Unit(make.make_run().project_id)])
    with connection.cursor() as cursor:
        for way in ("seqscan", "bitmapscan", "sort"):
            cursor.execute(f"SET LOCAL enable_{way} = off")


def statements(path: str) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        assert Client().get(path).status_code == 200
    found = [query["sql"] for query in queries]
    return [sql for sql in found if sql.lstrip().startswith(("SELECT", "WITH"))]


def plan_of(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}")
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.parametrize("path", ["/metrics", "/readyz"])
def test_they_read_no_big_table_as_a_whole(path: str) -> None:
    found = statements(path)
    assert found
    for sql in found:
        for line in plan_of(sql).splitlines():
            assert not re.search(rf"Seq Scan on ({BIG})", line), sql


def test_the_sources_runs_are_counted_by_those_that_are_few() -> None:
    [sql] = [sql for sql in statements("/metrics") if "ingest_followedrun" in sql]
    plan = plan_of(sql)
    assert "followedrun_due" in plan
    assert "followedrun_failing" in plan


@pytest.mark.parametrize("ask", [condition.look, look_around])
def test_the_queue_is_asked_by_the_index_that_workers_claim_by(ask) -> None:
    from linkhub.seeing.models import Look

    Look.objects.all().delete()
    with CaptureQueriesContext(connection) as queries:
        ask()
    [sql] = [query["sql"] for query in queries if "runs_pending" in query["sql"]]
    plan = plan_of(sql)
    assert plan.count("pending_to_claim") >= 3
    assert "Sort" not in plan
    assert Pending.objects.exists()
