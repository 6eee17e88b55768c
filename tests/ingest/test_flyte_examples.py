"""The published examples, run by the real SDK, imported: what LinkHub has is what Flyte had."""

import json
from pathlib import Path

import pytest

from linkhub.runs.models import Action, Run
from tests.ingest.flyte_stores import RUNS, Links, flytes_links, rows, run_import

pytestmark = pytest.mark.django_db


def attached(run: str) -> Links:
    """The links that the import attached."""
    actions = Action.objects.filter(run__name=run).prefetch_related("attached_links")
    return {
        action.name: links
        for action in actions
        if (
            links := [
                (link.body["name"], link.body["url"])
                for link in sorted(action.attached_links.all(), key=lambda link: link.position)
            ]
        )
    }


@pytest.mark.parametrize("run", RUNS)
def test_it_attaches_the_links_that_flyte_computed(flyte_store: Path, run: str) -> None:
    run_import(flyte_store)
    assert attached(run) == flytes_links(flyte_store, run) != {}


def test_it_has_nothing_to_complain_of(flyte_store: Path) -> None:
    said = run_import(flyte_store)
    assert said.startswith("Imported 5 runs (5 new), ")
    assert said.count("\n") == 1


def test_it_records_each_task_of_each_run(flyte_store: Path) -> None:
    run_import(flyte_store)
    for run in RUNS:
        stored = {
            (row["action_name"], row["task_name"], row["status"], row["attempt_count"])
            for row in rows(flyte_store, run)
            if row["action_name"] != "a0" and row["task_name"] != "look_in_vain"
        }
        recorded = {
            (action.name, action.task and action.task.name, action.phase, action.attempts.count())
            for action in Action.objects.filter(run__name=run).exclude(task__name="look_in_vain")
        }
        assert recorded == stored


def test_it_makes_the_workflows_action_the_root(flyte_store: Path) -> None:
    run_import(flyte_store)
    for run in Run.objects.select_related("workflow"):
        root = run.actions.get(parent="")
        assert root.task is not None
        assert run.workflow is not None
        assert root.task.name == run.workflow.name


def test_it_keeps_the_parents_that_flyte_keeps(flyte_store: Path) -> None:
    run_import(flyte_store)
    for run in Run.objects.all():
        root = run.actions.get(parent="")
        for row in rows(flyte_store, run.name):
            if row["action_name"] not in ("a0", root.name):
                parent = root.name if row["parent_id"] == "a0" else row["parent_id"]
                assert run.actions.get(name=row["action_name"]).parent == parent


def test_it_keeps_each_actions_context(flyte_store: Path) -> None:
    run_import(flyte_store)
    for row in rows(flyte_store, "many-kinds"):
        if row["task_name"].startswith("many_kinds.") and row["action_name"] != "a0":
            action = Action.objects.get(name=row["action_name"], run__name="many-kinds")
            assert action.context == json.loads(row["context"])
    contexts = Action.objects.filter(task__name="many_kinds.leaf").values_list("context", flat=True)
    assert {context["wandb_id"] for context in contexts} == {"w1", "w10"}


def test_it_records_a_retry(flyte_store: Path) -> None:
    run_import(flyte_store)
    first, second = Action.objects.get(task__name="many_kinds.flaky").attempts.order_by("number")
    assert (first.phase, first.error) == ("failed", 'ValueError: not "yet"\nbut soon: é')
    assert (second.phase, second.error) == ("succeeded", "")
    assert [pod.name for pod in second.pods.all()] == ["localhost"]


def test_it_records_a_failure_that_the_workflow_caught(flyte_store: Path) -> None:
    run_import(flyte_store)
    failed = Action.objects.filter(run__name="many-kinds", phase="failed").order_by("started_at")
    assert [(each.task.name, each.attempts.get().error) for each in failed if each.task] == [
        ("many_kinds.failing", "KeyError: 1"),
        ("look_in_vain", "1"),
    ]
    assert Run.objects.get(name="many-kinds").phase == "succeeded"


def test_it_records_what_came_from_the_cache_without_an_attempt(flyte_store: Path) -> None:
    run_import(flyte_store)
    first, hit = Action.objects.filter(task__name="many_kinds.cached").order_by("started_at")
    assert (first.attempts.count(), hit.attempts.count()) == (1, 0)
    assert hit.phase == "succeeded"
    assert hit.attached_links.count() == 1


def test_it_imports_a_store_while_flyte_runs(
    flyte_store: Path, flyte_store_while_running: Path
) -> None:
    run_import(flyte_store_while_running)
    run = Run.objects.get(name="many-kinds")
    assert (run.phase, run.ended_at) == ("running", None)
    running = run.actions.filter(phase="running").values_list("task__name", flat=True)
    assert set(running) == {"many_kinds.workflow", "many_kinds.copy_store"}
    run_import(flyte_store)
    assert not run.actions.filter(phase="running").exists()
    assert Run.objects.get(name="many-kinds").phase == "succeeded"


def test_it_changes_nothing_the_second_time(flyte_store: Path) -> None:
    run_import(flyte_store)
    before = [list(table.objects.order_by("pk").values()) for table in (Run, Action)]
    run_import(flyte_store)
    assert [list(table.objects.order_by("pk").values()) for table in (Run, Action)] == before
