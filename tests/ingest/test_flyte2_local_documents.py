from datetime import UTC, datetime

from linkhub.ingest.flyte2_local.documents import convert
from linkhub.runs.documents import ActionDocument, RunDocument
from tests.ingest.stores import STARTED, attempts, stored, task, whole


def document(*rows: dict[str, object]) -> RunDocument:
    """The document of a run with nothing wrong in it."""
    converted = convert(stored(*rows))
    assert converted.problems == ()
    assert converted.document is not None
    return converted.document


def action(**fields: object) -> ActionDocument:
    [found] = document(whole(), task(**fields)).actions
    return found


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(STARTED + seconds, UTC)


def test_it_takes_the_runs_facts_from_the_row_of_the_whole() -> None:
    run = document(whole(), task())
    assert (run.workflow, run.phase, run.engine) == ("env.train", "succeeded", "flyte2")
    assert (run.created_at, run.started_at, run.ended_at) == (at(0), at(0), at(60))
    assert run.updated_at == at(60)
    assert run.source == "flyte2-local"


def test_it_makes_the_workflows_own_action_the_root() -> None:
    children = [task("x2", task_name="env.step"), task("x3", parent_id="x2", task_name="look_up")]
    run = document(whole(), task("x1"), *children)
    assert [(each.name, each.parent) for each in run.actions] == [
        ("x1", ""),
        ("x2", "x1"),
        ("x3", "x2"),
    ]


def test_it_takes_the_runs_context_from_the_root() -> None:
    run = document(whole(), task(context='{"wandb_id": "abc"}'))
    assert run.context == {"wandb_id": "abc"}


def test_it_keeps_a_run_that_failed_before_its_task_began() -> None:
    run = document(whole(status="failed", error="no such input"))
    [root] = run.actions
    assert (root.name, root.parent, root.phase) == ("a0", "", "failed")
    assert root.attempts[0].error == "no such input"


def test_it_gives_no_action_to_a_run_that_has_only_begun() -> None:
    run = document(whole(status="running", end_time=None))
    assert (run.actions, run.phase, run.reopened) == ([], "running", True)


def test_it_tells_the_rows_of_an_earlier_run_of_the_name_from_the_root() -> None:
    earlier = task("x0", start_time=STARTED - 100, end_time=STARTED - 90)
    run = document(earlier, whole(), task("x1"))
    assert [(each.name, each.parent) for each in run.actions] == [("x0", "x1"), ("x1", "")]


def test_it_imports_rows_without_that_of_the_whole() -> None:
    run = document(task("x1"), task("x2"))
    assert [each.parent for each in run.actions] == ["", "x1"]
    assert (run.phase, run.started_at) == ("succeeded", at(1))


def test_it_stamps_an_action_with_its_latest_time() -> None:
    assert action().updated_at == at(59)
    running = action(status="running", end_time=None, attempts_json=attempts("failed", "running"))
    assert running.updated_at == at(2)
    assert [attempt.updated_at for attempt in running.attempts] == [at(1.5), at(2)]


def test_it_reopens_what_is_running() -> None:
    assert action(status="running", end_time=None).reopened
    assert not action().reopened


def test_it_takes_a_context_as_complete() -> None:
    assert action(context='{"k": "v", "epochs": 3}').context == {"k": "v", "epochs": "3"}
    assert action(context=None).context == {}


def test_it_leaves_a_traced_functions_context_to_its_task() -> None:
    trace = task("x2", task_name="look_up", parent_id="x1", attempts_json=None)
    [_, traced] = document(whole(), task(), trace).actions
    assert "context" not in traced.model_fields_set
    assert traced.attempts == []


def test_it_records_the_pod_that_flyte_gave_to_its_links() -> None:
    [attempt] = action().attempts
    [pod] = attempt.pods
    assert (pod.name, pod.primary, pod.started_at) == ("localhost", True, attempt.started_at)


def test_it_records_every_attempt_with_its_error() -> None:
    first, second = action(attempts_json=attempts("failed", "succeeded", error="boom")).attempts
    assert (first.number, first.phase, first.error) == (1, "failed", "boom")
    assert (second.number, second.phase, second.ended_at) == (2, "succeeded", at(2.5))


def test_it_gives_no_attempt_to_what_came_from_the_cache() -> None:
    hit = action(attempts_json=None, cache_hit=1)
    assert (hit.attempts, hit.phase, hit.context) == ([], "succeeded", {})


def test_it_keeps_the_error_of_what_failed_without_an_attempt() -> None:
    [attempt] = action(attempts_json=None, status="failed", error="boom").attempts
    assert (attempt.phase, attempt.error, attempt.pods) == ("failed", "boom", [])


def test_it_attaches_the_links_as_flyte_rendered_them() -> None:
    found = action(log_links='[["Grafana", "https://g.example.com/d?var-pod=localhost"]]')
    [link] = found.links or []
    assert (link.name, link.url) == ("Grafana", "https://g.example.com/d?var-pod=localhost")
    assert (link.show_while_pending, link.hide_once_finished) == (True, False)
    assert found.replaces_task_links


def test_it_leaves_a_tasks_links_to_an_action_without_any() -> None:
    assert (action().links, action().replaces_task_links) == ([], False)


def test_it_drops_links_that_lead_nowhere() -> None:
    found = action(log_links='[["MLflow", ""], ["Trackio", null]]')
    assert (found.links, found.replaces_task_links) == ([], False)


def test_it_replaces_what_postgresql_cannot_store() -> None:
    [attempt] = action(attempts_json=attempts("failed", error="a\x00b" + "c" * 20_000)).attempts
    assert attempt.error is not None
    assert attempt.error.startswith("a\ufffdbc")
    assert len(attempt.error) == 10_000
