from datetime import timedelta
from typing import Any

import pytest

from linkhub.links.language.catalogue import VARIABLES, Kind
from linkhub.links.resolving.facts import UnitFacts
from tests.resolving.cases import (
    END,
    NOW,
    PROJECT_UNIT,
    START,
    a_definition,
    a_pod,
    a_run_unit,
    a_unit,
    an_action,
    an_attempt,
    fill,
    one,
    resolve,
)

POD = a_pod(
    "r7-x1-1",
    uid="u-1",
    namespace="ns",
    container="main",
    container_id="docker://cid",
    hostname="host",
    node="ip-1",
    worker_index=0,
    started_at=START + timedelta(seconds=5),
    ended_at=END,
)
EXTRAS = {
    "logName": "L",
    "agentID": "ag",
    "connectorID": "co",
    "subtaskParentName": "n0",
    "subtaskExecutionIndex": "3",
    "subtaskRetryAttempt": "1",
    "subtaskParentRetryAttempt": "0",
    "rayClusterName": "ray",
    "rayJobID": "job",
    "daskSchedulerName": "dask",
}


def a_full_unit(engine: str = "flyte2", **attempt: Any) -> UnitFacts:
    """Everything that can be recorded is."""
    facts = {
        "started_at": START + timedelta(seconds=3),
        "ended_at": END + timedelta(seconds=3),
        "cluster": "gpu-1",
        "variables": EXTRAS,
    }
    action = an_action(
        started_at=START + timedelta(seconds=2),
        ended_at=END + timedelta(seconds=2),
        task_version="v4",
        task_type="python",
        attempts=(an_attempt(2, POD, **(facts | attempt)),),
    )
    return a_unit(
        action,
        engine=engine,
        org="acme",
        launched_by="ana",
        cluster="cpu-1",
        source_url="https://flyte.test/r7",
        ended_at=END + timedelta(seconds=1),
    )


SAME_IN_ALL_ENGINES = {
    "logName": "L",
    "agentID": "ag",
    "connectorID": "co",
    "subtaskParentName": "n0",
    "subtaskExecutionIndex": "3",
    "subtaskRetryAttempt": "1",
    "subtaskParentRetryAttempt": "0",
    "rayClusterName": "ray",
    "rayJobID": "job",
    "daskSchedulerName": "dask",
    "podName": "r7-x1-1",
    "podUID": "u-1",
    "namespace": "ns",
    "containerName": "main",
    "containerID": "cid",
    "hostname": "host",
    "nodeName": "ip-1",
    "workerIndex": "0",
    "taskRetryAttempt": "1",
    "attempt": "2",
    "taskID": "train_model",
    "taskName": "train_model",
    "taskVersion": "v4",
    "taskType": "python",
    "taskOrg": "acme",
    "taskProject": "flytesnacks",
    "taskDomain": "development",
    "executionName": "r7",
    "runName": "r7",
    "actionName": "x1",
    "parentActionName": "a0",
    "executionProject": "flytesnacks",
    "executionDomain": "development",
    "executionOrg": "acme",
    "project": "flytesnacks",
    "domain": "development",
    "org": "acme",
    "workflow": "train_pipeline",
    "workflowVersion": "v3",
    "launchedBy": "ana",
    "sourceURL": "https%3A%2F%2Fflyte.test%2Fr7",
    "cluster": "gpu-1",
    "phase": "running",
    "podRFC3339StartTime": "2026-01-05T10%3A00%3A05Z",
    "podRFC3339FinishTime": "2026-01-05T10%3A30%3A00Z",
    "podUnixStartTime": "1767607205",
    "podUnixFinishTime": "1767609000",
    "startTime": "2026-01-05T10%3A00%3A02Z",
    "endTime": "2026-01-05T10%3A30%3A02Z",
    "runCreatedTime": "2026-01-05T10%3A00%3A00Z",
    "runStartTime": "2026-01-05T10%3A00%3A00Z",
    "runEndTime": "2026-01-05T10%3A30%3A01Z",
    "actionStartTime": "2026-01-05T10%3A00%3A02Z",
    "actionEndTime": "2026-01-05T10%3A30%3A02Z",
    "attemptStartTime": "2026-01-05T10%3A00%3A03Z",
    "attemptEndTime": "2026-01-05T10%3A30%3A03Z",
}
# nodeID and generatedName of an attempt whose generated name was recorded as `genName`.
BY_ENGINE = {
    "flyte1": ("x1", "genName"),
    "flyte2": ("gen-name", "gen-name"),
    "flyte2-local": ("gen-name", "gen-name"),
    "airflow": ("x1", "genName"),
    "": ("x1", "genName"),
}


def test_it_has_every_variable_of_the_catalogue() -> None:
    tested = {*SAME_IN_ALL_ENGINES, "nodeID", "generatedName", "engine"}
    assert tested == {variable.name for variable in VARIABLES}


@pytest.mark.parametrize("engine", BY_ENGINE)
@pytest.mark.parametrize("name", SAME_IN_ALL_ENGINES)
def test_it_gives_the_value(name: str, engine: str) -> None:
    assert fill(f".{name}", a_full_unit(engine)) == SAME_IN_ALL_ENGINES[name]


@pytest.mark.parametrize("engine", BY_ENGINE)
def test_node_id_and_generated_name_follow_the_engine(engine: str) -> None:
    unit = a_full_unit(engine, generated_name="genName")
    assert (fill(".nodeID", unit), fill(".generatedName", unit)) == BY_ENGINE[engine]


@pytest.mark.parametrize(
    ("engine", "expected"),
    [
        ("flyte1", "r7-x1-1"),
        ("flyte2", "r7-x1-1"),
        ("flyte2-local", "r7-x1-1"),
        ("airflow", "waiting"),
        ("", "waiting"),
    ],
)
def test_it_makes_a_generated_name_where_flyte_has_a_rule(engine: str, expected: str) -> None:
    assert fill(".generatedName", a_full_unit(engine)) == expected


def test_a_flyte_2_action_without_attempts_has_no_node_id() -> None:
    assert fill(".nodeID", a_unit(engine="flyte2")) == "waiting"
    assert fill(".nodeID", a_unit(engine="flyte1")) == "x1"


def test_the_extra_variables_of_a_back_end_win_over_our_own() -> None:
    variables = {"podName": "theirs", "TASKPROJECT": "other", "hostname": "", "odd": "1"}
    unit = a_full_unit(variables=variables)
    assert fill(".podName", unit) == "theirs"
    assert fill(".taskProject", unit) == "other"
    assert fill(".hostname", unit) == "host"
    assert fill(".variables.odd", unit) == "1"


@pytest.mark.parametrize(
    ("container_id", "expected"),
    [
        ("docker://abc", "abc"),
        ("containerd://abc://def", "abc"),
        ("abc", "abc"),
        ("docker://", "waiting"),
        ("", "waiting"),
    ],
)
def test_it_strips_the_container_id_as_flyte_does(container_id: str, expected: str) -> None:
    pod = a_pod(container_id=container_id)
    assert fill(".containerID", a_unit(an_action(attempts=(an_attempt(1, pod),)))) == expected


def test_a_pod_without_a_namespace_has_that_of_its_run() -> None:
    unit = a_unit(an_action(attempts=(an_attempt(1, a_pod()),)))
    assert fill(".namespace", unit) == "ml-dev"
    assert fill(".namespace", a_unit()) == "ml-dev"


def test_an_attempt_without_a_cluster_has_that_of_its_run() -> None:
    assert fill(".cluster", a_unit(an_action(attempts=(an_attempt(1),)), cluster="cpu")) == "cpu"


def test_a_task_without_a_version_has_that_of_its_run() -> None:
    assert fill(".taskVersion", a_unit()) == "v3"


def started(**times: Any) -> UnitFacts:
    pod = a_pod(started_at=times.get("pod"))
    attempt = an_attempt(1, pod, started_at=times.get("attempt"))
    return a_unit(an_action(started_at=times.get("action"), attempts=(attempt,)))


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ({"pod": START, "attempt": END, "action": END}, "1767607200"),
        ({"attempt": START, "action": END}, "1767607200"),
        ({"action": START}, "1767607200"),
        ({}, "waiting"),
    ],
)
def test_a_pods_start_falls_back_to_what_it_is_in(times: dict[str, Any], expected: str) -> None:
    assert fill(".podUnixStartTime", started(**times)) == expected


def test_a_run_level_start_falls_back_to_the_run() -> None:
    assert fill(".podUnixStartTime", a_run_unit(an_action()), "run") == "1767607200"
    assert fill(".podUnixStartTime", a_run_unit(started_at=None), "run") == "1767607200"


NOW_UNIX = "1767614400"


def test_an_end_is_now_while_it_goes_on_and_says_so() -> None:
    template = "https://x.test/{{ .podUnixFinishTime }}"
    link = one(started(), a_definition(template=template))
    assert (link.url, link.depends_on_now) == (f"https://x.test/{NOW_UNIX}", True)
    later = one(started(), a_definition(template=template), now=NOW + timedelta(seconds=1))
    assert later.url != link.url


def test_an_end_that_is_known_does_not_depend_on_now() -> None:
    unit = a_unit(an_action(phase="failed", ended_at=END))
    link = one(unit, a_definition(template="https://x.test/{{ .podUnixFinishTime }}"))
    assert (link.url, link.depends_on_now) == ("https://x.test/1767609000", False)


@pytest.mark.parametrize(
    "name", ["podUnixFinishTime", "attemptEndTime | epoch", "actionEndTime | epoch"]
)
def test_an_end_that_was_never_told_is_that_of_what_contains_it(name: str) -> None:
    attempt = an_attempt(1, a_pod())
    unit = a_unit(an_action(attempts=(attempt,)), phase="aborted", ended_at=END)
    assert fill(f".{name}", unit) == "1767609000"


def test_the_end_of_an_attempt_is_the_start_of_the_next() -> None:
    attempts = (an_attempt(1), an_attempt(2, started_at=END, ended_at=NOW))
    template = "https://x.test/{{ .endTime | epoch }}"
    unit = a_unit(an_action(attempts=attempts))
    first, _ = resolve(unit, a_definition(level="attempt", template=template))
    assert first.url == "https://x.test/1767609000"


@pytest.mark.parametrize(
    ("level", "start", "end", "phase"),
    [
        ("action", "1767607202", "1767609002", "running"),
        ("attempt", "1767607203", "1767609003", "failed"),
        ("pod", "1767607205", "1767609000", "failed"),
    ],
)
def test_phase_and_times_are_of_what_the_link_is_for(
    level: str, start: str, end: str, phase: str
) -> None:
    unit = a_full_unit(phase="failed")
    assert fill(".startTime | epoch", unit, level) == start
    assert fill(".endTime | epoch", unit, level) == end
    assert fill(".phase", unit, level) == phase


def test_a_project_has_its_name_and_nothing_else() -> None:
    assert fill(".project", PROJECT_UNIT, "project") == "flytesnacks"
    assert fill(".executionProject", PROJECT_UNIT, "project") == "flytesnacks"
    for variable in VARIABLES:
        if variable.name not in ("project", "executionProject") and variable.kind is Kind.TEXT:
            assert fill(f".{variable.name}", PROJECT_UNIT, "project") == "waiting"


def test_an_action_reads_the_context_that_counts_for_it() -> None:
    unit = a_unit(an_action(context={"id": "a"}), context={"id": "r", "other": "r"})
    assert fill(".context.id", unit) == "a"
    assert fill(".context.other", unit) == "waiting"


@pytest.mark.parametrize(
    ("of_run", "of_root", "expected"),
    [
        ({"id": "r"}, {"id": "a"}, "r"),
        ({}, {"id": "a"}, "a"),
        ({"other": "r"}, {"id": "a"}, "waiting"),
    ],
)
def test_a_run_reads_its_own_context_whole_else_its_roots(
    of_run: dict[str, str], of_root: dict[str, str], expected: str
) -> None:
    unit = a_run_unit(an_action(context=of_root), context=of_run)
    assert fill(".context.id", unit, "run") == expected


def test_keys_of_maps_are_case_sensitive_and_names_are_not() -> None:
    unit = a_unit(an_action(context={"Key": "v"}, task_config={"host": "h"}))
    assert fill(".CONTEXT.Key", unit) == "v"
    assert fill(".context.key", unit) == "waiting"
    assert fill("$taskconfig.host", unit) == "h"


def test_an_empty_string_is_no_value_and_zero_is_one() -> None:
    unit = a_unit(an_action(context={"id": ""}, attempts=(an_attempt(1),)))
    assert fill(".context.id", unit) == "waiting"
    assert fill(".taskRetryAttempt", unit) == "0"
