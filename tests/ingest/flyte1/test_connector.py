"""A Flyte 1 back end, read whole: executions, nodes, tries, pods, logs."""

import pytest

from linkhub.links import work
from linkhub.links.models import Link
from linkhub.runs.models import Action, AttachedLink, Attempt, Pending, Pod, Run
from tests.ingest.flyte1.back_end import START, BackEnd, Node
from tests.ingest.flyte1.conftest import Poll


def test_an_execution_is_a_run_with_its_nodes(flyte: BackEnd, poll_it: Poll) -> None:
    inner = Node("n0-0-dn0", parent="n0", errors=("oom",))
    flyte.add("f7", Node("start-node"), Node("n0"), inner, labels={"team": "vision"})
    source = poll_it(console_url="https://flyte.example.com/")
    assert source.last_error == ""
    run = Run.objects.select_related("project", "workflow").get()
    assert run.workflow
    assert (run.project.name, run.domain, run.name) == ("flytesnacks", "development", "f7")
    assert (run.workflow.name, run.version, run.engine) == ("flows.main", "v3", "flyte1")
    assert (run.phase, run.launched_by, run.cluster) == ("succeeded", "ana", "gpu-1")
    assert (run.namespace, run.labels) == ("team-a", {"team": "vision"})
    assert (run.ended_at - run.started_at).total_seconds() == 20  # type: ignore[operator]
    assert run.source_url == (
        "https://flyte.example.com/console/projects/flytesnacks/domains/development/executions/f7"
    )
    assert set(Action.objects.values_list("name", "parent", "task__name")) == {
        ("n0", "", "flows.train"),
        ("n0-0-dn0", "n0", "flows.train"),
    }
    assert set(
        Attempt.objects.values_list("action__name", "number", "phase", "error", "generated_name")
    ) == {
        ("n0", 1, "succeeded", "", "f7-n0-0"),
        ("n0-0-dn0", 1, "failed", "oom", "f7-n0-0-dn0-0"),
        ("n0-0-dn0", 2, "succeeded", "", "f7-n0-0-dn0-1"),
    }
    assert Pod.objects.filter(name="f7-n0-0", namespace="team-a", primary=True).exists()


def test_logs_are_links_with_their_lifecycle(flyte: BackEnd, poll_it: Poll) -> None:
    flyte.add("f7", Node("n0", errors=("oom",)))
    poll_it()
    work.drain(Pending.Lane.MAIN, seconds=10)
    links = Link.objects.filter(key="logs").order_by("attempt__number")
    assert [(link.attempt and link.attempt.number, link.url) for link in links] == [
        (1, "https://logs.example.com/f7-n0-0"),
        (2, "https://logs.example.com/f7-n0-1"),
    ]
    body = AttachedLink.objects.filter(attempt=1).get().body
    assert (body["ttl"], body["show_while_pending"], body["link_type"]) == ("172800s", True, "logs")


@pytest.mark.parametrize(
    ("plugin", "pods"), [("spark", ["f7-n0-0-driver"]), ("bigquery_query_job_task", [])]
)
def test_pods_are_named_as_the_plugin_names_them(
    flyte: BackEnd, poll_it: Poll, plugin: str, pods: list[str]
) -> None:
    flyte.add("f7", Node("n0", plugin=plugin))
    poll_it()
    assert list(Pod.objects.values_list("name", flat=True)) == pods


def test_parts_of_an_array_are_actions(flyte: BackEnd, poll_it: Poll) -> None:
    flyte.add("f7", Node("n0", parts=2, plugin="k8s-array"))
    poll_it()
    assert set(Action.objects.values_list("name", "parent")) == {
        ("n0", ""),
        ("n0[0]", "n0"),
        ("n0[1]", "n0"),
    }
    assert set(Pod.objects.values_list("name", flat=True)) == {"f7-n0-0-0", "f7-n0-0-1"}


def test_a_list_that_ends_with_a_full_page_is_read_to_its_end(
    flyte: BackEnd, poll_it: Poll
) -> None:
    flyte.page = 2
    for number in range(4):
        flyte.add(f"f{number}", *(Node(f"n{step}") for step in range(4)))
    source = poll_it()
    assert (source.last_error, Run.objects.count(), Action.objects.count()) == ("", 4, 16)
    first = next(query for query in flyte.queries if "filters" in query)
    assert "%29%2Blt%28" in first


def test_a_finished_run_is_read_once_and_a_live_one_until_it_ends(
    flyte: BackEnd, poll_it: Poll
) -> None:
    flyte.add("f1")
    live = flyte.add("f2", Node("n0", phase="RUNNING"), Node("n1"), phase="RUNNING")
    poll_it()
    assert Run.objects.get(name="f2").phase == "running"
    flyte.calls.clear()
    poll_it()
    assert flyte.calls == ["executions", "executions", "node_executions", "task_executions"]
    live.phase = live.nodes["n0"].phase = "SUCCEEDED"
    poll_it()
    assert Run.objects.get(name="f2").phase == "succeeded"
    flyte.calls.clear()
    poll_it()
    assert flyte.calls == ["executions"]


def test_it_reads_as_far_back_as_it_is_told(flyte: BackEnd, poll_it: Poll) -> None:
    flyte.add("old").created = START.replace(year=2020)
    flyte.add("new")
    poll_it()
    assert [run.name for run in Run.objects.all()] == ["new"]
