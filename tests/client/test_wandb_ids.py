"""The id of a W&B run on a cluster: flytekit's rules, and what comes after them."""

from __future__ import annotations

import pytest
from linkhub_client import wandb_ids
from linkhub_client.identity import current
from linkhub_client.wandb_ids import LONGEST, derived_id, key_of

from tests.client.test_identity import AIRFLOW, ARGO, FLYTE1, FLYTE2, KUBERNETES


@pytest.fixture(autouse=True)
def none_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wandb_ids, "_derived", {})
    monkeypatch.setattr(wandb_ids, "_reported", {})


@pytest.mark.parametrize(
    ("environment", "id"),
    [
        (FLYTE1, "f4a2-n0-0-n1-2"),
        ({**FLYTE1, "HOSTNAME": "fhashed"}, "fhashed"),
        ({**FLYTE1, "HOSTNAME": ""}, "f4a2"),
        ({**FLYTE2, "HOSTNAME": "r7-a0-0"}, "r7-a0-0"),
        ({**FLYTE2, "HOSTNAME": "reusable-container"}, "r7-a0-0"),
        (ARGO, "train-x7k-fit-1"),
        (KUBERNETES, "job-7-abc"),
        (AIRFLOW, "etl-manual__2026-01-05T10-00-00+00-00-load-2"),
        ({"HOSTNAME": "laptop"}, None),
    ],
)
def test_it_derives_the_id(environment: dict[str, str], id: str | None) -> None:
    assert derived_id(current(environment), environment) == id


def test_it_gives_each_run_of_a_process_its_own() -> None:
    here = current(FLYTE1)
    ids = [derived_id(here, FLYTE1) for _ in range(3)]
    assert ids == ["f4a2-n0-0-n1-2", "f4a2-n0-0-n1-2-2", "f4a2-n0-0-n1-2-3"]
    assert [key_of(here, id or "", FLYTE1) for id in ids] == ["wandb", "wandb-2", "wandb-3"]


def test_it_gives_a_run_that_is_continued_the_same_key() -> None:
    here = current(FLYTE1)
    assert [key_of(here, id, FLYTE1) for id in ("a", "b", "a")] == ["wandb", "wandb-2", "wandb"]


def test_it_gives_each_rank_its_own() -> None:
    ids = [derived_id(current(FLYTE1), {**FLYTE1, "RANK": rank}) for rank in ("0", "3")]
    assert ids == ["f4a2-n0-0-n1-2", "f4a2-n0-0-n1-2-rank-3"]


def test_it_keeps_within_what_wandb_takes() -> None:
    environments = [{**AIRFLOW, "AIRFLOW_CTX_DAG_ID": "d" * 100 + end} for end in ("a", "b")]
    ids = [derived_id(current(each), each) or "" for each in environments]
    assert len({*ids}) == 2
    assert all(len(id) <= LONGEST for id in ids)
