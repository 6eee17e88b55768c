"""Preview and impact cost the same at a million runs as at ten thousand."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from django.db import connection
from django.utils import timezone

from linkhub.accounts.models import User
from linkhub.links.documents import DefinitionDocument
from linkhub.links.editing.impact import impact_of
from linkhub.links.editing.trying import try_on_newest
from linkhub.links.previewing import trial_of
from tests import factories as make

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
FEW, MANY = 10_000, 1_000_000
WORKFLOWS = 50
MOST_TIMES = 2.0
SELECTS = {
    "all": {},
    "workflow": {"workflow": "wf-1*"},
    "rare domain": {"domain": "rare"},
    "nothing": {"task": "no-such-task"},
    "labels": {"labels": {"team": "vision"}},
}

RUNS = """
    INSERT INTO runs_run (project_id, domain, name, workflow_id, version, engine, org, phase,
        launched_by, cluster, namespace, source, source_url, labels, context, stamps, observed,
        created_at, started_at, received_at)
    SELECT %(project)s, CASE WHEN n %% 5000 = 7 THEN 'rare' ELSE 'development' END, 'run-' || n,
        (%(workflows)s::bigint[])[1 + n %% 50], 'v1', '', '', 'succeeded', '', '', '', '', '',
        CASE WHEN n %% 100 = 0 THEN '{"team": "vision"}' ELSE '{}' END::jsonb,
        '{"board": "b1"}', '{}', '{}', t, t, t
    FROM generate_series(%(first)s, %(last)s) AS n,
        LATERAL (SELECT timestamptz '2024-01-01' + n * interval '1 minute') AS at(t)
"""
ACTIONS = """
    INSERT INTO runs_action (run_id, name, parent, task_id, task_version, task_type, labels,
        context, task_config, replaces_task_links, stamps, observed, phase, started_at, received_at)
    SELECT id, 'a0', '', %(task)s, '', '', '{}', '{"board": "b1"}', '{}', false, '{}', '{}',
        'succeeded', created_at, created_at
    FROM runs_run WHERE substr(name, 5)::bigint BETWEEN %(first)s AND %(last)s
"""
LATEST = """
    UPDATE runs_workflow AS w SET latest_run_id = (
        SELECT id FROM runs_run AS r WHERE r.workflow_id = w.id
        ORDER BY created_at DESC, id DESC LIMIT 1)
"""


@pytest.fixture(autouse=True)
def quiet(db: None) -> None:
    """No trigger marks days: that is another test's. All of it is rolled back."""
    with connection.cursor() as cursor:
        for table in ("runs_run", "runs_action", "runs_workflow"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")


def fill(first: int, last: int) -> None:
    project = make.make_project()
    workflows = [make.make_workflow(project, f"wf-{n}").pk for n in range(WORKFLOWS)]
    given = {
        "project": project.pk,
        "workflows": workflows,
        "task": make.make_task(project).pk,
        "first": first,
        "last": last,
    }
    with connection.cursor() as cursor:
        cursor.execute(RUNS, given)
        cursor.execute(ACTIONS, given)
        cursor.execute(LATEST)
        cursor.execute("ANALYZE runs_run, runs_action, runs_workflow, runs_task")


def best_of(work: Callable[[], object], times: int = 7) -> float:
    """Seconds of the fastest: what the machine does beside it only ever adds."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return min(taken)


def measure(admin: User) -> dict[str, float]:
    found = {}
    for name, select in SELECTS.items():
        definition = {"key": "board", "template": "https://b.example.com/{{ .context.board }}"}
        trial = trial_of(DefinitionDocument.model_validate(definition | {"select": select}))
        now = timezone.now()
        found[f"preview, {name}"] = best_of(lambda: try_on_newest(trial, admin, now=now))  # noqa: B023
        found[f"impact, {name}"] = best_of(lambda: impact_of(trial, admin, now=now), 3)  # noqa: B023
    return found


def test_a_million_runs_cost_what_ten_thousand_do() -> None:
    admin = make.make_admin()
    fill(1, FEW)
    few = measure(admin)
    fill(FEW + 1, MANY)
    many = measure(admin)
    ratios = {name: many[name] / few[name] for name in few}
    for name, ratio in ratios.items():
        print(f"{name}: {few[name] * 1000:.1f} ms, {many[name] * 1000:.1f} ms: {ratio:.2f} times")

    assert max(ratios.values()) <= MOST_TIMES, ratios


def test_a_sample_says_that_it_is_one() -> None:
    fill(1, FEW)
    trial = trial_of(
        DefinitionDocument.model_validate({"key": "b", "template": "https://b.example.com/"})
    )
    found = impact_of(trial, make.make_admin(), now=timezone.now())

    assert not found.whole
    assert 200 < found.runs <= 600
    assert found.warnings == [f"It matches all of the {found.runs} runs that were looked at."]
