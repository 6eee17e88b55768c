"""`wandb_init` with the real `wandb`, offline: what it leaves behind, and what it reports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.client.wandb_files import OfflineRun, offline_runs

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parent.parent.parent
PAGE = "http://127.0.0.1:9/projects/vision/development/runs/ex7/actions/n0/"
KEY = "0123456789abcdef0123456789abcdef01234567"
FLYTE = {
    "FLYTE_INTERNAL_EXECUTION_PROJECT": "vision",
    "FLYTE_INTERNAL_EXECUTION_DOMAIN": "development",
    "FLYTE_INTERNAL_EXECUTION_ID": "ex7",
    "FLYTE_ATTEMPT_NUMBER": "1",
    "HOSTNAME": "ex7-n0-1",
    "FLYTE_EXECUTION_URL": "https://flyte.example.com/console/ex7",
}


@dataclass
class Left:
    """Behind by a task: W&B's runs by id, the links it emitted by key, and all that it said."""

    runs: dict[str, OfflineRun]
    links: dict[str, dict[str, Any]]
    said: str
    folder: Path


Runner = Callable[..., Left]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    """Run a script once in an environment of its own; nobody listens at its LINKHUB_URL."""

    def run(script: str, *arguments: str, **variables: str) -> Left:
        folder = tmp_path_factory.mktemp("task")
        given = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        environment = given | {
            "PYTHONPATH": str(ROOT / "client/src"),
            "LINKHUB_URL": "http://127.0.0.1:9",
            "LINKHUB_SPOOL": str(folder / "spool"),
            "WANDB_SILENT": "true",
            **variables,
        }
        path = ROOT / "tests/client/scripts" / f"{script}.py"
        done = subprocess.run(
            [sys.executable, str(path), str(folder), *arguments],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        spooled = [json.loads(each.read_text()) for each in sorted(folder.glob("spool/*/*.json"))]
        links = [each["body"] for each in spooled if each["path"].endswith("/links")]
        by_key = {each["key"]: each for each in links}
        return Left(offline_runs(folder), by_key, done.stdout + done.stderr, folder)

    return run


@pytest.fixture(scope="module")
def task(ran: Runner) -> Left:
    return ran("decorated", WANDB_KEY=KEY, **FLYTE)


def test_it_leaves_a_run_after_success(task: Left) -> None:
    run = task.runs["ex7-n0-1"]
    assert (run.project, run.entity, run.tags) == ("cats", "vision", ["a", "b"])
    assert run.config["lr"] == 0.1
    assert run.config["epochs"] == 3
    assert run.logged == [{"loss": 0.5}]
    assert run.exit_code == 0


def test_it_puts_the_addresses_before_the_notes(task: Left) -> None:
    lines = task.runs["ex7-n0-1"].notes.split("\n")
    assert lines == [
        "[Execution URL](https://flyte.example.com/console/ex7)",
        f"[LinkHub]({PAGE})",
        "what was there",
    ]


def test_it_gives_a_second_call_a_run_of_its_own(task: Left) -> None:
    run = task.runs["ex7-n0-1-2"]
    assert (run.logged, run.exit_code) == ([{"loss": 0.4}], 0)


def test_it_finishes_with_1_after_failure(task: Left) -> None:
    run = task.runs["ex7-n0-1-3"]
    assert (run.logged, run.exit_code) == ([{"before": 1}], 1)
    assert PAGE in run.notes


def test_it_keeps_nested_runs_apart(task: Left) -> None:
    assert task.runs["inner"].logged == [{"where": "inner"}]
    assert task.runs["outer"].logged == [{"where": "outer"}, {"where": "outer again"}]


def test_it_keeps_concurrent_coroutines_apart(task: Left) -> None:
    assert task.runs["async-a"].logged == [{"who": "a"}]
    assert task.runs["async-b"].logged == [{"who": "b"}]


def test_it_lasts_as_long_as_a_generator(task: Left) -> None:
    assert task.runs["generator"].logged == [{"number": 1}]
    assert task.runs["async-generator"].logged == [{"letter": "a"}]


@pytest.mark.parametrize("id", ["generator", "async-generator", "left-early"])
def test_it_takes_an_early_end_for_success(task: Left, id: str) -> None:
    assert task.runs[id].exit_code == 0


def test_it_reports_each_run_as_a_link_of_its_attempt(task: Left) -> None:
    assert [
        task.links[key]["url"].rsplit("/", 1)[1] for key in ("wandb", "wandb-2", "wandb-3")
    ] == [*("ex7-n0-1", "ex7-n0-1-2", "ex7-n0-1-3")]
    link = task.links["wandb"]
    assert link["url"] == "https://wandb.ai/vision/cats/runs/ex7-n0-1"
    assert (link["name"], link["attempt"], link["icon"]) == ("Weights & Biases", 2, "wandb")
    assert len(task.links) == len(task.runs)


def test_it_shows_and_stores_no_key(ran: Runner) -> None:
    left = ran("with_key", WANDB_KEY=KEY, **FLYTE)
    files = [each for each in left.folder.rglob("*") if each.is_file() and not each.is_symlink()]
    assert files
    assert [each for each in files if KEY.encode() in each.read_bytes()] == []
    assert KEY not in left.said
    assert "Traceback" in left.said


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_it_gives_each_process_a_run_of_its_own(ran: Runner, method: str) -> None:
    left = ran("processes", method, **FLYTE)
    ids = {run.logged[0]["fold"]: id for id, run in left.runs.items()}
    own = {number: f"ex7-n0-1-{method}process-{number}" for number in (1, 2, 3)}
    assert ids == {0: "ex7-n0-1"} | own
    assert len(left.links) == 4


def test_it_lets_wandb_name_local_runs(ran: Runner) -> None:
    left = ran("processes", "spawn", HOSTNAME="laptop")
    assert len(left.runs) == 4
    assert all(len(id) == 8 for id in left.runs)
    assert left.links == {}


def test_it_works_above_and_below_a_task_of_flyte_2(
    ran: Runner, tmp_path_factory: pytest.TempPathFactory
) -> None:
    left = ran("flyte2_tasks", HOME=str(tmp_path_factory.mktemp("home")))
    assert {id: run.exit_code for id, run in left.runs.items()} == {"below": 0, "above": 0}
