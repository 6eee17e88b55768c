"""Finding and suggesting at a million runs: by index, a few pages of the database each."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from linkhub.accounts.models import User
from linkhub.links.finding import find
from linkhub.links.suggesting import suggest
from tests import factories as make

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
RUNS = 1_000_000
PROJECTS = 20
BIG = ("runs_run", "runs_action", "runs_attempt", "runs_pod", "links_link")
# Pages of 8 kB that all queries of one search may touch.
MOST_PAGES = 200
# Of what many others have as well: some hundreds of those are looked at.
MOST_PAGES_ALIKE = 3_000
COMMON = "https://grafana.example.com/d/everybody"

FILL = """
ALTER TABLE runs_run DISABLE TRIGGER USER;
ALTER TABLE runs_workflow DISABLE TRIGGER USER;
ALTER TABLE links_link DISABLE TRIGGER USER;
INSERT INTO runs_workflow (id, project_id, domain, name)
  SELECT n, %(first)s + n / 50, 'development', 'workflow-' || n
  FROM generate_series(0, 999) AS n;
INSERT INTO runs_run (id, project_id, workflow_id, domain, name, created_at, received_at, stamps,
    observed, labels, version, engine, org, launched_by, cluster, namespace, source, source_url)
  SELECT n, %(first)s + n %% 1000 / 50, n %% 1000, 'development', 'run-' || n,
    timestamptz '2026-01-01' + n * interval '1 second', now(), '{}', '{}', '{}',
    '', '', '', '', '', '', '', ''
  FROM generate_series(1, %(runs)s) AS n;
INSERT INTO runs_action (id, run_id, name, parent, task_version, task_type, labels, task_config,
    replaces_task_links, received_at, stamps, observed)
  SELECT n, n, CASE WHEN n %% 2 = 0 THEN 'a0' ELSE 'step-' || n END, '', '', '', '{}', '{}',
    false, now(), '{}', '{}'
  FROM generate_series(1, %(runs)s) AS n;
INSERT INTO runs_attempt (id, action_id, number, cluster, generated_name, variables, error,
    stamps, observed)
  SELECT n, n, 1, '', '', '{}', '', '{}', '{}' FROM generate_series(1, %(runs)s) AS n;
INSERT INTO runs_pod (id, attempt_id, name, uid, namespace, container, container_id, hostname,
    node, "primary", stamps)
  SELECT n, n, 'pod-' || n, md5(n::text), '', '', '', '', '', true, '{}'
  FROM generate_series(1, %(runs)s) AS n;
INSERT INTO links_link (project_id, run_id, action_id, run_created, key, name, description,
    level, url, url_digest, host_origin, state, reason, missing, notes, origin, provider, "group",
    position, icon, link_type, message_format, new_tab, depends_on_now, digest)
  SELECT %(first)s + n %% 1000 / 50, n, n, timestamptz '2026-01-01' + n * interval '1 second',
    'board', 'Board', '', 'action', url, substring(sha256(url::bytea) FROM 1 FOR 16),
    'admin', 'ready', '', '{}', '{}', 'instance', '', '', 0, '', 'external', '', true, false, ''
  FROM (SELECT n, CASE WHEN n %% 2 = 0 THEN %(common)s
      ELSE 'https://wandb.example.com/runs/' || n END AS url
    FROM generate_series(1, %(runs)s) AS n) AS numbered;
ANALYZE
"""


@pytest.fixture
def filled() -> Iterator[None]:
    """Every project but the last is private.

    Nothing is committed, so that no foreign key of ten million is ever checked; a table that is
    truncated is empty at once.
    """
    with transaction.atomic():
        try:
            fill()
            yield
        finally:
            transaction.set_rollback(True)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE runs_run, runs_workflow CASCADE")


def fill() -> None:
    projects = [make.make_private_project(f"p{number:02}") for number in range(PROJECTS - 1)]
    make.make_project(f"p{PROJECTS - 1}")
    values = {"first": projects[0].pk, "runs": RUNS, "common": COMMON}
    with connection.cursor() as cursor:
        for statement in FILL.split(";"):
            cursor.execute(statement, values)


ONE_OF_A_KIND = [
    *("run-777777", "step-777777", "pod-777777", "workflow-777", "nothing-at-all"),
    *("f63f4fbc9f8c85d409f2f59f2b9e12d5", "https://wandb.example.com/runs/777777"),
    *("https://wandb.example.com/runs/nothing", "https://wandb.ai/vision/cats/runs/run-777776-a0"),
]
COMMON_ONES = ["a0", COMMON]
BEGINNINGS = ["ru", "run-", "run-7777", "pod-", "zz"]


def test_it_finds_by_index_at_a_million_runs(filled: None) -> None:
    for viewer in (make.make_admin(), make.make_user()):
        for query in ONE_OF_A_KIND:
            pages, walked = cost_of(find, viewer, query)
            assert (pages <= MOST_PAGES, walked) == (True, []), (viewer, query, pages)
        for query in COMMON_ONES:
            pages, _ = cost_of(find, viewer, query)
            assert pages <= MOST_PAGES_ALIKE, (viewer, query)
        for text in BEGINNINGS:
            pages, walked = cost_of(suggest, viewer, text)
            assert (pages <= MOST_PAGES, walked) == (True, []), (viewer, text, pages)


def cost_of(search: Callable[[User, str], Any], viewer: User, query: str) -> tuple[int, list[str]]:
    """The pages that all queries touch, and the tables of a million rows that they walk over."""
    with CaptureQueriesContext(connection) as queries:
        search(viewer, query)
    plans = [plan_of(each["sql"]) for each in queries if each["sql"].startswith("SELECT")]
    pages = sum(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] for plan in plans)
    scans = [node for plan in plans for node in nodes(plan) if node["Node Type"] == "Seq Scan"]
    walked = [node["Relation Name"] for node in scans if node["Relation Name"] in BIG]
    print(f"{viewer}, {query}: {len(plans)} queries, {pages} pages, walks over {walked or None}")
    return pages, walked


def plan_of(sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}")
        (found,) = cursor.fetchone()
    found = json.loads(found) if isinstance(found, str) else found
    return found[0]["Plan"]


def nodes(plan: Any) -> Iterator[Any]:
    yield plan
    for each in plan.get("Plans", []):
        yield from nodes(each)
