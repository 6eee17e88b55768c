"""Which execution a process belongs to, as each orchestrator says it."""

from __future__ import annotations

import pytest
from linkhub_client.identity import Identity, current

FLYTE1 = {
    "FLYTE_INTERNAL_EXECUTION_ID": "f4a2",
    "FLYTE_INTERNAL_EXECUTION_PROJECT": "vision",
    "FLYTE_INTERNAL_EXECUTION_DOMAIN": "production",
    "FLYTE_INTERNAL_EXECUTION_WORKFLOW": "vision:production:flows.train",
    "FLYTE_ATTEMPT_NUMBER": "2",
    "HOSTNAME": "f4a2-n0-0-n1-2",
}
FLYTE2 = {
    "RUN_NAME": "r7",
    "ACTION_NAME": "a0",
    "FLYTE_INTERNAL_EXECUTION_PROJECT": "vision",
    "FLYTE_INTERNAL_EXECUTION_DOMAIN": "development",
    "FLYTE_ATTEMPT_NUMBER": "0",
    "_F_PN": "r7-a0-0",
}
AIRFLOW_RUN = "manual__2026-01-05T10:00:00+00:00"
AIRFLOW = {
    "AIRFLOW_CTX_DAG_ID": "etl",
    "AIRFLOW_CTX_DAG_RUN_ID": AIRFLOW_RUN,
    "AIRFLOW_CTX_TASK_ID": "load",
    "AIRFLOW_CTX_TRY_NUMBER": "3",
    "AIRFLOW__OPENLINEAGE__NAMESPACE": "Data Team",
    "HOSTNAME": "worker-3",
}
ARGO = {"ARGO_NODE_ID": "train-x7k-1234567", "POD_NAMESPACE": "ml", "HOSTNAME": "train-x7k-fit-1"}
KUBERNETES = {"KUBERNETES_SERVICE_HOST": "10.0.0.1", "POD_NAMESPACE": "ml", "HOSTNAME": "job-7-abc"}


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        (FLYTE1, ("vision", "production", "f4a2", "n0-0-n1", 3, "f4a2-n0-0-n1-2", "flyte1")),
        (FLYTE2, ("vision", "development", "r7", "a0", 1, "r7-a0-0", "flyte2")),
        (
            AIRFLOW,
            (
                *("data-team", "default", AIRFLOW["AIRFLOW_CTX_DAG_RUN_ID"]),
                "load",
                3,
                "",
                "airflow",
            ),
        ),
        (ARGO, ("ml", "default", "train-x7k", "train-x7k-1234567", None, ARGO["HOSTNAME"], "argo")),
        (KUBERNETES, ("ml", "default", "job-7-abc", None, None, "job-7-abc", "kubernetes")),
    ],
    ids=["flyte1", "flyte2", "airflow", "argo", "kubernetes"],
)
def test_it_knows_the_execution(environment: dict[str, str], expected: tuple[object, ...]) -> None:
    found = current(environment)
    assert (*found[:6], found.engine) == expected
    assert found.known
    assert found.on_cluster


def test_it_knows_none_on_a_laptop() -> None:
    assert not current({"HOSTNAME": "laptop"}).known


def test_it_takes_no_node_from_a_hashed_pod_name() -> None:
    assert current({**FLYTE1, "HOSTNAME": "fabc123"}).action is None


def test_it_lets_our_variables_go_first() -> None:
    found = current({**FLYTE1, "LINKHUB_PROJECT": "other", "LINKHUB_ACTION": "mine"})
    assert found[:4] == ("other", "production", "f4a2", "mine")


def test_it_takes_nothing_of_another_runs_action() -> None:
    found = current({**FLYTE1, "LINKHUB_RUN": "other"})
    assert (found.run, found.action, found.attempt) == ("other", None, None)


def test_it_asks_the_sdk_inside_a_flyte_2_task(monkeypatch: pytest.MonkeyPatch) -> None:
    class Action:
        project, domain, run_name, name = "p", "d", "r9", "a7"

    class Module:
        @staticmethod
        def ctx() -> object:
            return type("Context", (), {"action": Action, "mode": "local"})

    monkeypatch.setitem(__import__("sys").modules, "flyte", Module)
    found = current({"RUN_NAME": "r1", "ACTION_NAME": "a1"})
    assert found[:4] == ("p", "d", "r9", "a7")
    assert not found.on_cluster


def test_it_is_not_misled_by_an_sdk_that_executes_nothing() -> None:
    """Imported, as in a script that starts runs or a Flyte 1 task beside Flyte 2's package."""
    pytest.importorskip("flyte")
    assert not current({}).known
    assert current(FLYTE1).run == "f4a2"


def test_it_is_unknown_without_a_run() -> None:
    assert not Identity(project="p", domain="d").known
