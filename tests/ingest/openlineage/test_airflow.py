"""DAG runs and task instances of Airflow, whatever order their events come in."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest

from linkhub.links import work
from linkhub.links.models import Link
from linkhub.runs.models import Action, Attempt, Pending, Run
from tests.api.conftest import Api
from tests.ingest.openlineage.events import RUN_ID, at, dag_event, task_event

LINEAGE = "/api/v1/lineage"
FAILED = {"errorMessage": {"message": "no disk", "programmingLanguage": "python"}}
STORY = [
    dag_event("START", 0),
    task_event("START", 1, "extract"),
    task_event("FAIL", 2, "extract", **FAILED),
    task_event("START", 3, "extract", attempt=2),
    task_event("COMPLETE", 4, "extract", attempt=2),
    task_event("START", 5, "load", index=0),
    task_event("START", 5, "load", index=1),
    task_event("COMPLETE", 6, "load", index=0),
    task_event("FAIL", 7, "load", index=1, **FAILED),
    dag_event("FAIL", 8),
]


def facts() -> dict[str, Any]:
    """What is recorded, as far as order must not matter."""
    return {
        "runs": sorted(Run.objects.values_list("name", "workflow__name", "phase", "ended_at")),
        "actions": sorted(Action.objects.values_list("run__name", "name", "parent", "phase")),
        "attempts": sorted(Attempt.objects.values_list("action__name", "number", "phase", "error")),
    }


def test_a_dag_run_and_its_task_instances_are_a_run_and_its_actions(api: Api) -> None:
    for each in STORY:
        assert api.post(LINEAGE, each).status_code == 200
    run = Run.objects.select_related("project", "workflow").get()
    assert (run.project.name, run.domain, run.name) == ("lab", "default", RUN_ID)
    assert run.workflow
    assert run.workflow.name == "daily"
    assert (run.phase, run.engine, run.ended_at.isoformat()) == ("failed", "airflow", at(8))
    assert run.source_url == f"https://airflow.example.com/dags/daily/runs/{RUN_ID}"
    assert facts()["actions"] == [
        (RUN_ID, "extract", "", "succeeded"),
        (RUN_ID, "load", "", None),
        (RUN_ID, "load[0]", "load", "succeeded"),
        (RUN_ID, "load[1]", "load", "failed"),
    ]
    assert facts()["attempts"] == [
        ("extract", 1, "failed", "no disk"),
        ("extract", 2, "succeeded", ""),
        ("load[0]", 1, "succeeded", ""),
        ("load[1]", 1, "failed", "no disk"),
    ]


def test_every_attempt_has_airflows_log(api: Api) -> None:
    api.post(LINEAGE, STORY)
    work.drain(Pending.Lane.MAIN, seconds=10)
    logs = Link.objects.filter(key="airflow-log", action__name="extract").order_by(
        "attempt__number"
    )
    base = f"https://airflow.example.com/dags/daily/runs/{RUN_ID}/tasks/extract"
    assert [(link.attempt and link.attempt.number, link.url) for link in logs] == [
        (1, f"{base}?try_number=1"),
        (2, f"{base}?try_number=2"),
    ]
    assert not Pending.objects.exists()


@pytest.mark.parametrize("seed", range(4))
def test_order_and_repetition_change_nothing(api: Api, seed: int) -> None:
    api.post(LINEAGE, STORY)
    expected = facts()
    Run.objects.all().delete()
    shuffled = random.Random(seed).sample(STORY * 2, len(STORY) * 2)
    for some in itertools.batched(shuffled, 3) if hasattr(itertools, "batched") else [shuffled]:
        api.post(LINEAGE, list(some))
    assert facts() == expected


def test_a_start_may_be_missing(api: Api) -> None:
    api.post(LINEAGE, task_event("COMPLETE", 4, "extract", attempt=2))
    run, action = Run.objects.get(), Action.objects.get()
    assert (run.name, run.phase, action.phase) == (RUN_ID, None, "succeeded")


def test_a_clear_reopens_what_it_runs_again(api: Api) -> None:
    api.post(LINEAGE, STORY)
    api.post(LINEAGE, [dag_event("START", 100, clear=1)])
    api.post(LINEAGE, task_event("START", 101, "load", index=1, attempt=2))
    run = Run.objects.get()
    assert (run.phase, run.ended_at, run.created_at.isoformat()) == ("running", None, at(0))
    assert Action.objects.get(name="load[1]").phase == "running"
    assert Action.objects.get(name="extract").phase == "succeeded"
    api.post(LINEAGE, task_event("COMPLETE", 102, "load", index=1, attempt=2))
    api.post(LINEAGE, dag_event("COMPLETE", 103, clear=1))
    assert Run.objects.get().phase == "succeeded"


def test_tasks_without_events_are_there_at_the_end(api: Api) -> None:
    states = {"extract": "success", "branch": "skipped", "late": "upstream_failed"}
    state = {"dagRunState": "failed", "tasksState": states, "tasksDuration": {}}
    api.post(LINEAGE, dag_event("FAIL", 8, airflowState=state))
    assert dict(Action.objects.values_list("name", "phase")) == {
        "extract": "succeeded",
        "branch": None,
        "late": "aborted",
    }
    assert Action.objects.get(name="branch").labels == {"airflow_state": "skipped"}


@pytest.mark.parametrize("order", list(itertools.permutations(range(4)))[::5])
def test_dags_with_the_same_run_id_never_melt(api: Api, order: tuple[int, ...]) -> None:
    events = [
        task_event("START", 1, "load", "daily"),
        dag_event("COMPLETE", 5, "daily"),
        task_event("START", 2, "load", "hourly"),
        dag_event("FAIL", 6, "hourly"),
    ]
    for number in order:
        api.post(LINEAGE, events[number])
    assert facts()["runs"] == sorted(
        (f"{RUN_ID}@{dag}", dag, phase, run.ended_at)
        for dag, phase in (("daily", "succeeded"), ("hourly", "failed"))
        for run in Run.objects.filter(workflow__name=dag)
    )
    assert Action.objects.count() == 2


def test_three_of_them_in_one_body(api: Api) -> None:
    api.post(LINEAGE, [dag_event("START", n, dag) for n, dag in enumerate("abc")])
    assert sorted(Run.objects.values_list("name", flat=True)) == [f"{RUN_ID}@{n}" for n in "abc"]
    api.post(LINEAGE, [dag_event("COMPLETE", 9, dag) for dag in "dcba"])
    assert Run.objects.filter(phase="succeeded").count() == Run.objects.count() == 4


def test_a_run_without_workflow_is_taken_by_no_two(api: Api) -> None:
    api.put(f"/api/v1/projects/lab/domains/default/runs/{RUN_ID}", {"labels": {"by": "hand"}})
    api.post(LINEAGE, [dag_event("START", 1, "a"), dag_event("START", 1, "b")])
    assert set(Run.objects.values_list("name", "workflow__name")) == {
        (RUN_ID, None),
        (f"{RUN_ID}@a", "a"),
        (f"{RUN_ID}@b", "b"),
    }


def test_links_have_the_new_name(api: Api) -> None:
    template = "https://wiki.example.com/{{ .runName }}"
    board = {"name": "Board", "template": template, "level": "run"}
    api.put("/api/v1/definitions/board", board)
    api.post(LINEAGE, dag_event("START", 1, "a"))
    work.drain(Pending.Lane.MAIN, seconds=10)
    api.post(LINEAGE, dag_event("START", 1, "b"))
    work.drain(Pending.Lane.MAIN, seconds=10)
    urls = Link.objects.filter(key="board").order_by("url").values_list("url", flat=True)
    assert [url.rpartition("%40")[2] or url for url in urls] == ["a", "b"]


def test_another_run_id_keeps_its_name(api: Api) -> None:
    api.post(LINEAGE, [dag_event("START", 1, "a"), dag_event("START", 1, "b")])
    other = dag_event("START", 1, "a")
    other["run"]["facets"]["airflowDagRun"]["dagRun"]["run_id"] = "manual__1"
    api.post(LINEAGE, other)
    assert Run.objects.filter(name="manual__1", workflow__name="a").exists()
