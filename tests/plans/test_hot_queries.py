"""No page, answer, redirect or round of a worker reads more rows than it is about.

On tables filled as by recording and resolving, each statement is run once more by `EXPLAIN
(ANALYZE)`; what it read of a big table, matching or not, stays far below what there is.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks import definitions
from benchmarks.growing import TABLES, Data
from benchmarks.runs import documents, mark
from linkhub.links import listing, run_listing
from linkhub.links.backfill import mark_new_projects
from linkhub.links.models import Link
from linkhub.links.tasks import recompute_marked_days, sweep_pending
from linkhub.links.work import drain
from linkhub.runs.days import mark_day_of_run
from linkhub.runs.models import Pending, Pod, Run
from linkhub.runs.pending import Unit
from linkhub.runs.pending import mark as mark_units
from tests import factories as make

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
RUNS = 4000
# Rows that one statement may read of one table; a walk over any of them reads more.
MOST = 2000
BIG = {model._meta.db_table for model in TABLES} - {"runs_attachedlink"}
EXPLAIN = "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) "
READING = ("SELECT", "WITH", "\n", " ")

Offences = dict[str, list[str]]


@pytest.fixture(scope="module")
def run(django_db_setup: None, django_db_blocker: Any) -> Iterator[Run]:
    """A run in the middle of all; nothing is committed."""
    with django_db_blocker.unblock(), transaction.atomic():
        try:
            yield _filled()
        finally:
            transaction.set_rollback(True)


def _filled() -> Run:
    definitions.define()
    data = Data(actions=1)
    data.begin()
    data.multiply(RUNS)
    mark_new_projects()
    drain(Pending.Lane.MAIN, seconds=60)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(sorted(BIG))}")
        # So that it counts whether there is a way that is short in a big table.
        cursor.execute("SET LOCAL enable_seqscan = off")
    name = next(documents(RUNS // 200))[2]
    assert mark(RUNS // 200) in name
    return Run.objects.select_related("project", "workflow").get(name=name)


def _pages(run: Run) -> list[str]:
    project, workflow = f"/projects/{run.project.name}/", run.workflow.name if run.workflow else ""
    page = f"{project}{run.domain}/runs/{run.name}/"
    return [
        *("/", "/projects/", project, f"{project}workflows/{workflow}/"),
        *(page, f"{page}actions/a0/", f"{page}compare/?with={page}", f"{page}compare/"),
        *("/palette", "/palette?q=r0", f"/palette?q={run.name}"),
        *(f"/badge/{run.project.name}/{run.domain}/{workflow}.svg", "/metrics"),
    ]


def _lists(run: Run) -> list[str]:
    """Both lists as pages and as the API has them, by each order and by filters."""
    workflow = run.workflow.name if run.workflow else ""
    narrow = f"project={run.project.name}&workflow={workflow}"
    asked = [
        *("", "order=-ended", "phase=failed", "user=ana", "label=team=core", "tool=wandb"),
        *("state=ready", f"key={definitions.RUN_KEY}"),
        *(f"since={run.created_at:%Y-%m-%dT%H:%M:%SZ}", f"{narrow}", f"{narrow}&order=-ended"),
        *(f"until={run.created_at:%Y-%m-%dT%H:%M:%SZ}", f"task={workflow}", "domain=production"),
        *(f"q={run.name}", f"q={workflow}", "q=in-no-name", "q=in-no-name&order=-ended"),
        *(f"{name}=none" for name in ("domain", "workflow", "task", "tool", "key", "user")),
        *("phase=paused", "state=failed", "label=no=one", "phase=paused&user=ana&q=in-no-name"),
    ]
    of_project = [query for query in asked if "project=" not in query]
    return [
        *(f"/projects/{run.project.name}/links/?{query}" for query in of_project),
        *(f"/links/?{query}" for query in asked),
        *(f"/api/v1/runs?limit=20&{query}" for query in asked),
        *(f"/api/v1/links?limit=20&{query}" for query in asked),
    ]


def _looked_up(run: Run) -> list[str]:
    api = f"/api/v1/projects/{run.project.name}/domains/{run.domain}/runs/{run.name}"
    go = f"/go/{run.project.name}/{run.domain}"
    pod = Pod.objects.get(attempt__action__run=run)
    url = Link.objects.filter(run=run, key=definitions.URL_KEY)[0].url
    workflow = run.workflow.name if run.workflow else ""
    keys = definitions.RUN_KEY, definitions.ACTION_KEY
    return [
        *(api, f"{api}/links", f"{api}/actions", f"{api}/actions/a0", f"{api}/actions/a0/links"),
        *(f"{api}/explain", "/api/v1/definitions", "/api/v1/projects", "/api/v1/backfills"),
        *(f"{go}/{run.name}/{keys[0]}", f"{go}/{run.name}/a0/{keys[1]}", f"{go}/latest/{keys[0]}"),
        f"{go}/latest-succeeded/{keys[0]}?workflow={workflow}",
        *(f"{go}/latest-failed/{keys[0]}", f"{go}/{run.name}/{workflow}/{keys[1]}"),
        *(f"/go/{run.project.name}/{definitions.PROJECT_KEY}", f"{go}/{run.name}/{keys[0]}+"),
        *(f"/find?q={text}" for text in (run.name, pod.name, pod.uid, url)),
        *(f"/api/v1/find?q={text}" for text in (run.name, pod.name, pod.uid, url)),
    ]


def test_no_page_reads_more_rows_than_it_is_about(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name, looks in (
        (run_listing, "OF_RUNS", (100, 500)),
        (listing, "OF_LINKS", (20, 100)),
    ):
        monkeypatch.setattr(module, name, replace(getattr(module, name), looks=looks))
    client = Client()
    client.force_login(make.make_user("reader"))
    _, secret = make.make_token()
    headers = {"Authorization": f"Bearer {secret}"}
    addresses = [*_pages(run), *_lists(run), *_looked_up(run)]
    offences: Offences = {}
    for address in addresses:
        own = headers if address.startswith("/api/") else None

        def ask(address: str = address, own: dict[str, str] | None = own) -> None:
            answer = client.get(address, headers=own)
            assert answer.status_code in {200, 302}, f"{address}: {answer.content[:500]!r}"

        offences |= _offences(address, ask)
    assert not offences, _told(offences)


def test_no_worker_reads_more_rows_than_it_is_about(run: Run) -> None:
    def resolve() -> None:
        action = run.actions.get()
        mark_units([Unit(run.project_id, run.pk), Unit(run.project_id, run.pk, action.pk)])
        drain(Pending.Lane.MAIN, seconds=60)

    def recompute() -> None:
        mark_day_of_run(run.pk)
        recompute_marked_days()

    rounds = {"resolve": resolve, "sweep": sweep_pending, "days": recompute}
    offences: Offences = {}
    for name, work in rounds.items():
        offences |= _offences(name, work)
    assert not offences, _told(offences)


def _offences(name: str, work: Callable[[], object]) -> Offences:
    """What `work` asked that reads too much, by the name of the work; with its plan."""
    with CaptureQueriesContext(connection) as queries:
        work()
    found = [_read_by(query["sql"]) for query in queries]
    many = [f"{read} by {sql}" for sql, read in filter(None, found)]
    return {name: many} if many else {}


def _told(offences: Offences) -> str:
    return "\n".join(f"{name}: {found}" for name, many in offences.items() for found in many)


def _read_by(sql: str) -> tuple[str, dict[str, int]] | None:
    """The rows read by table, where they are too many. What it writes is rolled back."""
    if not sql.startswith(READING) or not any(table in sql for table in BIG):
        return None
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(EXPLAIN + sql)
        (found,) = cursor.fetchone()
        transaction.set_rollback(True)
    read: Counter[str] = Counter()
    for node in _nodes([(json.loads(found) if isinstance(found, str) else found)[0]["Plan"]]):
        if (table := node.get("Relation Name")) in BIG:
            dropped = node.get("Rows Removed by Filter", 0)
            again = node.get("Rows Removed by Index Recheck", 0)
            read[table] += int((node["Actual Rows"] + dropped + again) * node["Actual Loops"])
    many = {table: rows for table, rows in read.items() if rows > MOST}
    return (sql[:3000], many) if many else None


def _nodes(plans: Iterable[Any]) -> Iterator[Any]:
    for plan in plans:
        yield plan
        yield from _nodes(plan.get("Plans", []))
