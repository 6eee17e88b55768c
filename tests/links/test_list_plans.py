"""Lists and look-ups are served by indexes, on tables of a few thousand rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from linkhub.accounts.models import ApiToken
from linkhub.links.days import RECOMPUTE
from linkhub.links.filters import Filters
from linkhub.links.finding import find
from linkhub.links.listing import page_of_links
from linkhub.links.models import Link
from linkhub.links.run_listing import page_of_runs
from linkhub.runs.models import Run, WorkflowDay
from linkhub.runs.rows import insert
from tests import factories as make

pytestmark = pytest.mark.django_db
RUNS = 1500
LABELLED = {"team": "vision"}


@pytest.fixture
def filled() -> ApiToken:
    """What a filter asks for is rare, so that its own index is the better way."""
    projects = [make.make_project(), make.make_project("other")]
    workflows = [make.make_workflow(project, f"w{n}") for project in projects for n in range(10)]
    tools = [make.make_tool("grafana"), make.make_tool("wandb", "wandb")]
    runs = [_run(number, workflows) for number in range(RUNS)]
    insert(Run, runs)
    Link.objects.bulk_create(_link(run, number, tools) for number, run in enumerate(runs))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE runs_run")
        cursor.execute("ANALYZE links_link")
        cursor.execute("SET LOCAL enable_seqscan = off")
    return make.make_token()[0]


def _run(number: int, workflows: list[Any]) -> Run:
    rare = number % 50 == 0
    workflow = workflows[10 + number // 50 % 10 if rare else number % 10]
    created = make.CREATED + timedelta(seconds=number)
    return Run(
        project=workflow.project,
        domain="development",
        name=f"r{number}",
        workflow=workflow,
        created_at=created,
        ended_at=created + timedelta(minutes=number % 7),
        launched_by="ana" if rare else "ben",
        labels=LABELLED if number % 500 == 0 else {},
    )


def _link(run: Run, number: int, tools: list[Any]) -> Link:
    return Link(
        project=run.project,
        run=run,
        run_created=run.created_at,
        key="rare" if number % 200 == 0 else "key",
        name="x",
        level="run",
        url=f"https://x.example.com/{run.name}",
        state="failed" if number % 70 == 0 else "ready",
        origin="instance",
        link_type="external",
        tool=tools[number % 70 == 0],
        digest=b"",
    )


def plans(queries: Iterable[Any], table: str) -> list[str]:
    found = []
    for query in queries:
        if f'FROM "{table}"' in query["sql"]:
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {query['sql']}")
                found.append("\n".join(line for (line,) in cursor.fetchall()))
    return found


OF_RUNS: list[tuple[dict[str, Any], Any, str]] = [
    ({}, "-created", "run_by_created"),
    ({}, "-ended", "run_by_ended"),
    ({"project": ["other"]}, "-created", "run_by_project_created"),
    ({"project": ["other"]}, "-ended", "run_by_project_ended"),
    ({"workflow": ["w3"], "project": ["other"]}, "-created", "(workflow_id = "),
    ({"user": ["ana"]}, "-created", "run_by_user_created"),
    ({"label": ["team=vision"]}, "-created", "run_by_labels"),
    ({"since": ["2026-01-05T10:10:00Z"]}, "-created", "run_by_created"),
]
OF_LINKS: list[tuple[dict[str, Any], Any, str]] = [
    ({}, "-created", "link_by_created"),
    ({}, "-ended", "run_by_ended"),
    ({"project": ["other"]}, "-created", "link_by_project_created"),
    ({"project": ["other"], "key": ["rare"]}, "-created", "link_by_project_key"),
    ({"tool": ["wandb"]}, "-created", "link_by_tool_created"),
    ({"state": ["failed"]}, "-created", "link_by_state_created"),
    ({"since": ["2026-01-05T10:10:00Z"]}, "-created", "link_by_created"),
]


def test_it_lists_runs_by_index(filled: ApiToken) -> None:
    for filters, order, index in OF_RUNS:
        asked = Filters(**filters)
        _, cursor = page_of_runs(filled, asked, order=order, limit=10, cursor=None)
        for start in (None, cursor):
            with CaptureQueriesContext(connection) as queries:
                page_of_runs(filled, asked, order=order, limit=10, cursor=start)
            [plan] = plans(queries, "runs_run")
            assert index in plan, f"{filters} {order}: {plan}"
            assert "Seq Scan on runs_run" not in plan


def test_it_lists_links_by_index(filled: ApiToken) -> None:
    for filters, order, index in OF_LINKS:
        asked = Filters(**filters)
        _, cursor = page_of_links(filled, asked, order=order, limit=5, cursor=None)
        for start in (None, cursor):
            with CaptureQueriesContext(connection) as queries:
                page_of_links(filled, asked, order=order, limit=5, cursor=start)
            plan = plans(queries, "links_link")[0]
            assert index in plan, f"{filters} {order}: {plan}"
            assert "Seq Scan on links_link" not in plan


def test_it_finds_by_index() -> None:
    token, _ = make.make_token()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    with CaptureQueriesContext(connection) as queries:
        find(token, "r77")
        find(token, "https://wandb.ai/vision/cats/runs/r7-x1")
    for table in ("runs_run", "runs_action", "runs_pod", "links_link"):
        for plan in plans(queries, table):
            assert f"Seq Scan on {table}" not in plan


@pytest.mark.usefixtures("filled")
def test_a_day_is_recomputed_by_the_indexes_of_its_runs_alone() -> None:
    """Also where the planner may read whole tables."""
    day = WorkflowDay.objects.create(
        workflow=make.make_workflow(make.make_project("other"), "w3"), day=make.CREATED.date()
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = on")
        cursor.execute(f"EXPLAIN {RECOMPUTE}", {"ids": [day.pk], "decided": ["ready"]})
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "run_by_workflow_created on runs_run" in plan
    assert "link_by_run on links_link" in plan
    assert "Seq Scan on runs_run" not in plan
    assert "Seq Scan on links_link" not in plan
