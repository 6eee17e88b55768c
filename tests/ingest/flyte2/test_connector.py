"""The connector against flyteidl2's own services: what it records of a run."""

from linkhub.ingest.models import FollowedRun
from linkhub.runs.models import Action, AttachedLink, Attempt, Run
from tests.ingest.flyte2.back_end import START, BackEnd
from tests.ingest.flyte2.back_end import Action as Step
from tests.ingest.flyte2.conftest import Poll

WANDB = ("Weights & Biases", "https://wandb.ai/e/p/runs/{{.runName}}-{{.actionName}}")
RENDERED = ("Weights & Biases", "https://wandb.ai/e/p/runs/r1-x1")


def links(action: str) -> list[dict[str, object]]:
    rows = AttachedLink.objects.filter(action__name=action).order_by("position")
    return [{"attempt": row.attempt, **row.body} for row in rows]


def test_it_records_a_run(flyte: BackEnd, poll_it: Poll) -> None:
    flyte.add("r1", Step("x1", "a0", task="demo.train")).labels = {"team": "vision"}
    source = poll_it(console_url="https://flyte.example.com/")
    assert source.last_error == ""
    run = Run.objects.get()
    assert (run.project.name, run.domain, run.phase) == ("flytesnacks", "development", "succeeded")
    assert run.workflow is not None
    assert (run.workflow.name, run.version, run.launched_by) == ("demo.main", "v3", "ana")
    assert (run.engine, run.cluster, run.labels) == ("flyte2", "gpu-1", {"team": "vision"})
    assert run.created_at == START
    assert run.source_url == (
        "https://flyte.example.com/v2/domain/development/project/flytesnacks/runs/r1"
    )


def test_it_records_tree_attempts_and_pods(flyte: BackEnd, poll_it: Poll) -> None:
    flyte.add("r1", Step("x1", "a0", errors=("no luck",)), Step("x2", "x1", phase="FAILED"))
    poll_it()
    parents = dict(Action.objects.values_list("name", "parent"))
    assert parents == {"a0": "", "x1": "a0", "x2": "x1"}
    tries = Attempt.objects.filter(action__name="x1").order_by("number")
    assert [(each.number, each.phase, each.error) for each in tries] == [
        (1, "failed", "no luck"),
        (2, "succeeded", ""),
    ]
    pod = tries[1].pods.get()
    assert (pod.name, pod.namespace, pod.primary) == ("r1-x1-1", "flytesnacks-development", True)


def test_it_records_each_action_s_context(flyte: BackEnd, poll_it: Poll) -> None:
    flyte.add("r1", Step("x1", "a0", context={"wandb_id": "w1"}), context={"team": "vision"})
    poll_it()
    assert Action.objects.get(name="a0").context == {"team": "vision"}
    assert Action.objects.get(name="x1").context == {"wandb_id": "w1"}


def test_it_fills_in_templates_until_flyte_has(flyte: BackEnd, poll_it: Poll) -> None:
    run = flyte.add("r1", Step("x1", "a0", templates=(WANDB,), phase="QUEUED"), phase="RUNNING")
    poll_it()
    [link] = links("x1")
    assert (link["attempt"], link["url"], link["icon"]) == (0, WANDB[1], "https://icons/x.svg")
    run.actions["x1"].phase = "RUNNING"
    run.actions["x1"].logs = (RENDERED, ("Logs", "https://logs.example.com/r1"))
    poll_it()
    rendered, logs = links("x1")
    assert (rendered["attempt"], rendered["url"]) == (1, RENDERED[1])
    assert rendered["icon"] == "https://icons/x.svg"
    assert logs["link_type"] == "dashboard"


def test_it_keeps_template_links_of_a_connector_s_task(flyte: BackEnd, poll_it: Poll) -> None:
    flyte.add("r1", templates=(WANDB, ("Nothing", "")), pods=False)
    poll_it()
    assert [link["url"] for link in links("a0")] == [WANDB[1]]


def test_it_reads_a_finished_run_no_more(flyte: BackEnd, poll_it: Poll) -> None:
    flyte.add("r1", Step("x1", "a0"))
    poll_it()
    flyte.calls.clear()
    poll_it()
    assert flyte.calls == ["ListRuns"]


def test_it_reads_of_a_live_run_what_goes_on(flyte: BackEnd, poll_it: Poll) -> None:
    run = flyte.add("r1", Step("x1", "a0"), Step("x2", "a0", phase="RUNNING"), phase="RUNNING")
    poll_it()
    flyte.calls.clear()
    poll_it()
    assert flyte.calls == ["ListRuns", "ListActions", "GetActionDetails", "GetActionDetails"]
    run.root.phase = run.actions["x2"].phase = "SUCCEEDED"
    poll_it()
    assert set(Action.objects.values_list("phase", flat=True)) == {"succeeded"}
    assert FollowedRun.objects.get().due_at is None


def test_it_reads_runs_of_many_actions_in_parts(flyte: BackEnd, poll_it: Poll) -> None:
    flyte.page = 40
    flyte.add("r1", *(Step(f"x{number}", "a0") for number in range(120)))
    poll_it()
    assert Action.objects.count() == 121


def test_it_finds_runs_that_come_later(flyte: BackEnd, poll_it: Poll) -> None:
    flyte.page = 2
    for number in range(5):
        flyte.add(f"r{number}")
    poll_it()
    flyte.add("late")
    poll_it()
    assert Run.objects.count() == 6
    flyte.calls.clear()
    poll_it()
    assert set(flyte.calls) == {"ListRuns"}


def test_it_reads_as_far_back_as_it_is_told(flyte: BackEnd, poll_it: Poll) -> None:
    flyte.add("old").created = START.replace(year=2020)
    flyte.add("new")
    poll_it()
    assert [run.name for run in Run.objects.all()] == ["new"]


def test_it_goes_on_without_inputs(flyte: BackEnd, poll_it: Poll) -> None:
    flyte.add("r1")
    no = b'{"code":"unimplemented","message":"no"}'
    flyte.fault = lambda procedure: (
        (501, {"Content-Type": "application/json"}, no) if procedure == "GetActionData" else None
    )
    source = poll_it()
    assert source.last_error == ""
    assert Action.objects.get().context is None
