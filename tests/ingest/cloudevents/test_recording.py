"""Flyte 1's CloudEvents, in both versions and all modes, as its own messages serialise them."""

from __future__ import annotations

import base64
import json
import random
from typing import Any

import pytest

from linkhub.runs.models import Action, AttachedLink, Attempt, Pod, Run
from tests.api.conftest import Api, errors

CLOUDEVENTS = "/api/v1/cloudevents"
EXECUTION = {"project": "flytesnacks", "domain": "development", "name": "f7"}
V1 = "com.flyte.resource.flyteidl.admin.{}ExecutionEventRequest"
V2 = "com.flyte.resource.cloudevents.{}Execution"


def envelope(kind: str, event: dict[str, Any], version: int = 1, **more: Any) -> dict[str, Any]:
    data = {"requestId": "1", "event": event} if version == 1 else {"rawEvent": event} | more
    return {
        "specversion": "1.0",
        "id": "the same for all",
        "source": "https://github.com/flyteorg/flyte/flyteadmin",
        "type": (V1 if version == 1 else V2).format(kind),
        "datacontenttype": "application/json",
        "data": data,
    }


def at(second: int) -> str:
    return f"2026-01-05T10:00:{second:02}.123456789Z"


def workflow(phase: str, second: int, **more: Any) -> dict[str, Any]:
    return {"executionId": EXECUTION, "phase": phase, "occurredAt": at(second)} | more


def node(phase: str, second: int, name: str = "n0", **more: Any) -> dict[str, Any]:
    identifier = {"nodeId": name, "executionId": EXECUTION}
    return {"id": identifier, "phase": phase, "occurredAt": at(second)} | more


def task(phase: str, second: int, retry: int = 0, **more: Any) -> dict[str, Any]:
    event = {
        "taskId": {"resourceType": "TASK", "name": "flows.train", "version": "v3"},
        "parentNodeExecutionId": {"nodeId": "n0", "executionId": EXECUTION},
        "phase": phase,
        "occurredAt": at(second),
        "taskType": "python-task",
        "metadata": {"generatedName": f"f7-n0-{retry}", "pluginIdentifier": "container"},
    }
    # Go leaves zeros out.
    return event | ({"retryAttempt": retry} if retry else {}) | more


def log(retry: int) -> dict[str, Any]:
    uri = f"https://logs.example.com/f7-n0-{retry}"
    return {"logs": [{"uri": uri, "name": "Logs", "HideOnceFinished": True, "ttl": "3600s"}]}


STORY = [
    envelope("Workflow", workflow("RUNNING", 1)),
    envelope("Node", node("RUNNING", 2, "start-node")),
    envelope("Node", node("RUNNING", 2)),
    envelope("Task", task("QUEUED", 3)),
    envelope("Task", task("RUNNING", 4, **log(0))),
    envelope("Task", task("RETRYABLE_FAILED", 5, error={"code": "USER", "message": "oom"})),
    envelope("Task", task("RUNNING", 6, retry=1, **log(1))),
    envelope("Task", task("SUCCEEDED", 7, retry=1)),
    envelope("Node", node("SUCCEEDED", 8)),
    envelope("Workflow", workflow("SUCCEEDED", 9)),
]


def facts() -> Any:
    return (
        list(Run.objects.values_list("name", "phase", "ended_at", "engine", "namespace")),
        sorted(Action.objects.values_list("name", "phase", "task__name")),
        sorted(Attempt.objects.values_list("number", "phase", "error", "generated_name")),
        sorted(Pod.objects.values_list("name", "namespace", "primary")),
        sorted(AttachedLink.objects.values_list("key", "attempt", "body__url", "body__ttl")),
    )


def test_an_execution_is_a_run(api: Api) -> None:
    for each in STORY:
        assert api.post(CLOUDEVENTS, each).json() == {"status": "accepted"}
    [run], actions, attempts, pods, links = facts()
    assert (run[0], run[1], run[3:]) == (
        "f7",
        "succeeded",
        ("flyte1", "flytesnacks-development"),
    )
    assert actions == [("n0", "succeeded", "flows.train")]
    assert attempts == [(1, "failed", "USER: oom", "f7-n0-0"), (2, "succeeded", "", "f7-n0-1")]
    assert [pod[0] for pod in pods] == ["f7-n0-0", "f7-n0-1"]
    assert links == [
        ("logs", 1, "https://logs.example.com/f7-n0-0", "3600s"),
        ("logs", 2, "https://logs.example.com/f7-n0-1", "3600s"),
    ]
    assert AttachedLink.objects.filter(body__hide_once_finished=True).count() == 2


@pytest.mark.parametrize("seed", range(4))
def test_out_of_order_and_twice_is_the_same(api: Api, seed: int) -> None:
    api.post(CLOUDEVENTS, STORY)
    expected = facts()
    Run.objects.all().delete()
    for each in random.Random(seed).sample(STORY * 2, 2 * len(STORY)):
        api.post(CLOUDEVENTS, each)
    assert facts() == expected


def test_version_2_says_more(api: Api) -> None:
    plan = {"launchPlanId": {"name": "flows.train", "version": "v3"}, "principal": "ana"}
    api.post(CLOUDEVENTS, envelope("Workflow", workflow("SUCCEEDED", 9), 2, **plan))
    api.post(CLOUDEVENTS, envelope("Task", task("RUNNING", 4), 2, labels={"a": "b"}))
    run = Run.objects.select_related("workflow").get()
    assert run.workflow
    assert (run.workflow.name, run.version, run.launched_by) == ("flows.train", "v3", "ana")
    assert Attempt.objects.get().phase == "running"


def test_parts_of_an_array_are_actions_below_it(api: Api) -> None:
    resources = [
        {"externalId": "x", "phase": "SUCCEEDED"},
        {"externalId": "y", "index": 1, "phase": "RUNNING", "retryAttempt": 1, **log(7)},
    ]
    metadata = {"generatedName": "f7-n0-0", "externalResources": resources}
    event = task("RUNNING", 4, taskType="container_array", metadata=metadata)
    api.post(CLOUDEVENTS, envelope("Task", event))
    assert set(Action.objects.values_list("name", "parent", "phase")) == {
        ("n0", "", None),
        ("n0[0]", "n0", "succeeded"),
        ("n0[1]", "n0", "running"),
    }
    assert set(Pod.objects.values_list("name", flat=True)) == {"f7-n0-0-0", "f7-n0-0-1-1"}
    assert AttachedLink.objects.get().attempt == 2


def test_it_takes_the_binary_mode(api: Api) -> None:
    event = STORY[0]
    names = ("specversion", "id", "source", "type")
    headers = {f"ce-{name}": event[name].replace(" ", "%20") for name in names}
    data = json.dumps(event["data"]).encode()
    assert api.send("POST", CLOUDEVENTS, data, headers=headers).status_code == 200
    assert Run.objects.get().phase == "running"


def test_it_takes_data_as_base64(api: Api) -> None:
    event = dict(STORY[0])
    event["data_base64"] = base64.b64encode(json.dumps(event.pop("data")).encode()).decode()
    assert api.post(CLOUDEVENTS, event).status_code == 200
    assert Run.objects.get().phase == "running"


def test_events_of_others_are_accepted_and_not_kept(api: Api) -> None:
    answer = api.post(CLOUDEVENTS, STORY[0] | {"type": "com.example.other", "data": None})
    assert (answer.status_code, answer.json()) == (200, {"status": "ignored"})


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"specversion": "0.3"}, "body.specversion"),
        ({"type": ""}, "body.type"),
        ({"id": 7}, "body.id"),
        ({"data": None}, "body.data"),
        ({"data": {"event": {"phase": "RUNNING"}}}, "body.data.event.executionId"),
        ({"data": {"event": workflow("RUNNING", 1, occurredAt=7)}}, "body.data.event.occurredAt"),
        ({"data_base64": "!"}, "body"),
        ({"data": "{"}, "body.data"),
    ],
)
def test_it_names_the_field_at_fault(api: Api, changed: dict[str, Any], field: str) -> None:
    answer = api.post(CLOUDEVENTS, STORY[0] | changed)
    assert answer.status_code == 422
    assert field in errors(answer)


def test_a_bad_one_of_a_batch_loses_no_other(api: Api) -> None:
    answer = api.post(CLOUDEVENTS, [STORY[0], STORY[0] | {"data": {}}, STORY[4]])
    results = answer.json()["results"]
    assert [each["status"] for each in results] == [200, 422, 200]
    assert results[1]["errors"][0]["loc"] == ["body", 1, "data", "event"]
    assert Attempt.objects.count() == 1
