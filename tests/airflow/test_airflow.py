"""The real Airflow 3 with its OpenLineage provider: `make test-airflow` installs and runs it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.test import Client

from linkhub.links import work
from linkhub.links.models import Link
from linkhub.runs.models import Action, Attempt, Pending, Run
from tests.airflow.instance import NAMESPACE, airflow
from tests.factories import make_admin, make_token
from tests.ingest.flyte2.web import eventually, web

VENV = os.environ.get("AIRFLOW_VENV", "")
DAG, RUN = "linkhub_check", "manual__by_hand"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not VENV, reason="`make test-airflow` says where Airflow is"),
    pytest.mark.django_db(transaction=True),
]


def is_over(phase: str) -> bool:
    return Run.objects.filter(name=RUN, phase=phase).exists()


def attempts() -> set[tuple[str, int, str | None]]:
    return set(Attempt.objects.values_list("action__name", "number", "phase"))


def test_a_dag_run_with_all_that_can_happen(tmp_path: Path, client: Client) -> None:
    """Mapped tasks, a retry, a failure and a clear; then the run's page, with links."""
    _, token = make_token("ingest")
    with web() as linkhub, airflow(Path(VENV).absolute(), tmp_path, linkhub, token) as instance:
        eventually(lambda: DAG in instance.run("dags", "list"), 300)
        instance.run("dags", "trigger", DAG, "--run-id", RUN)
        eventually(lambda: is_over("failed"), 300)
        failed = attempts()
        instance.may_pass.touch()
        instance.run("tasks", "clear", DAG, "--task-regex", "report", "--yes")
        eventually(lambda: is_over("succeeded"), 300)
    run = Run.objects.select_related("project", "workflow").get()
    assert run.workflow
    assert (run.project.name, run.domain, run.workflow.name) == (NAMESPACE, "default", DAG)
    mapped = {(f"square[{index}]", 1, "succeeded") for index in range(3)}
    assert failed == mapped | {
        ("unsteady", 1, "failed"),
        ("unsteady", 2, "succeeded"),
        ("report", 1, "failed"),
    }
    assert attempts() == failed | {("report", 2, "succeeded")}
    assert set(Action.objects.exclude(parent="").values_list("parent", flat=True)) == {"square"}
    assert "not yet" in Attempt.objects.get(action__name="report", number=1).error
    work.drain(Pending.Lane.MAIN, seconds=30)
    logs = Link.objects.filter(key="airflow-log")
    assert logs.count() == 7
    assert f"/dags/{DAG}/runs/{RUN}/tasks/report" in logs.filter(action__name="report")[0].url
    client.force_login(make_admin())
    page = client.get(f"/projects/{NAMESPACE}/default/runs/{RUN}/").content.decode()
    assert "Airflow log" in page
    assert "square[2]" in page
