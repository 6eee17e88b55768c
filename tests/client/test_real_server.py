"""The client's real process against a real LinkHub that dies, is slow, and refuses."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from linkhub.runs.models import AttachedLink
from tests import factories as make
from tests.client.hub import ROOT, Hub, running_hub

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
# For 200 writes.
MOST_SECONDS = 0.05
# What the end of a process may take, by default.
FLUSH_SECONDS = 2.0


class Task:
    """`scripts/task.py` in a process of its own, stopped half-way."""

    def __init__(self, url: str, token: str, spool: Path) -> None:
        given = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self.environment = given | {
            "PYTHONPATH": str(ROOT / "client/src"),
            "LINKHUB_URL": url,
            "LINKHUB_TOKEN": token,
            "LINKHUB_SPOOL": str(spool),
            "LINKHUB_PROJECT": "vision",
            "LINKHUB_RUN": "r7",
            "LINKHUB_TIMEOUT": "5",
        }
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "tests/client/scripts/task.py")],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._line() == "half\n"

    def go_on(self) -> float:
        """The second half; seconds that all calls took."""
        self._say()
        return float(json.loads(self._line())["calls"])

    def end(self) -> str:
        """Let it end; what it said on standard error."""
        self._say()
        _, said = self.process.communicate(timeout=30)
        assert self.process.returncode == 0, said
        return said

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "linkhub_client", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def when_spooled(self, folder: Path, number: int) -> None:
        """Return when so many writes wait; the writer takes milliseconds for them."""
        for _ in range(500):
            if len(list(folder.rglob("*.json"))) == number:
                return
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(0.01)
        raise TimeoutError("the spool does not fill")

    def _say(self) -> None:
        assert self.process.stdin
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def _line(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline()


Begin = Callable[[str, str], Task]


@pytest.fixture
def hub(transactional_db: None) -> Iterator[Hub]:
    with running_hub() as hub:
        yield hub


@pytest.fixture
def token(transactional_db: None) -> str:
    return make.make_token("ingest", "read")[1]


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    """Begins tasks, and ends those that a failing test leaves behind."""
    tasks: list[Task] = []

    def begin(url: str, token: str) -> Task:
        tasks.append(Task(url, token, tmp_path))
        return tasks[-1]

    yield begin
    for task in tasks:
        task.process.kill()
        task.process.communicate()


def stored() -> dict[str, Any]:
    """The URL of each emitted link by key."""
    return {link.key: link.body["url"] for link in AttachedLink.objects.filter(layer="emitted")}


EVERYTHING = {f"link-{number}": f"https://example.com/{number}" for number in range(100)} | {
    "newest": "https://example.com/99"
}


def test_it_loses_nothing_when_the_server_is_killed(
    hub: Hub, begin: Begin, token: str, tmp_path: Path
) -> None:
    task = begin(hub.url, token)
    hub.kill()
    assert (took := task.go_on()) < MOST_SECONDS, took
    hub.start()
    said = task.end()
    sent = task.command("push", "--spooled")
    assert sent.returncode == 0, sent.stderr
    assert stored() == EVERYTHING
    assert "Traceback" not in said
    assert list(tmp_path.rglob("*.json")) == []


def test_it_loses_nothing_when_the_task_is_killed(
    hub: Hub, begin: Begin, token: str, tmp_path: Path
) -> None:
    hub.stop_answering()
    task = begin(hub.url, token)
    assert (took := task.go_on()) < MOST_SECONDS, took
    task.when_spooled(tmp_path, 200)
    task.process.kill()
    hub.answer_again()
    assert task.command("push", "--spooled").returncode == 0
    assert stored() == EVERYTHING


def test_it_does_not_wait_for_a_slow_server(hub: Hub, begin: Begin, token: str) -> None:
    hub.stop_answering()
    task = begin(hub.url, token)
    assert (took := task.go_on()) < MOST_SECONDS, took
    begun = time.monotonic()
    said = task.end()
    assert time.monotonic() - begun < FLUSH_SECONDS + 2
    hub.answer_again()
    assert "Traceback" not in said
    assert task.command("push", "--spooled").returncode == 0
    assert stored() == EVERYTHING


def test_it_keeps_what_a_server_refuses(hub: Hub, begin: Begin, tmp_path: Path) -> None:
    task = begin(hub.url, "no-token")
    assert (took := task.go_on()) < MOST_SECONDS, took
    said = task.end()
    assert said.count("401") == 1
    assert len(list(tmp_path.rglob("*.json"))) == 200
    assert stored() == {}
    task.environment["LINKHUB_TOKEN"] = make.make_token("ingest", name="right")[1]
    assert task.command("push", "--spooled").returncode == 0
    assert stored() == EVERYTHING


def test_its_command_records_and_reads(hub: Hub, begin: Begin, token: str, tmp_path: Path) -> None:
    task = begin(hub.url, token)
    task.go_on()
    task.end()
    run = "vision/default/r8"
    pushed = task.command(
        *("push", "--run", run, "--phase", "succeeded", "--workflow", "train"),
        *("--label", "team=vision", "--link", "Notes=https://wiki.example.com/r8"),
    )
    assert pushed.returncode == 0, pushed.stderr
    assert "https://wiki.example.com/r8" in task.command("links", run).stdout
    assert task.command("open", run, "notes", "--print").stdout == "https://wiki.example.com/r8\n"
    watched = task.command("watch", f"{hub.url}/projects/vision/default/runs/r8/")
    assert (watched.returncode, watched.stdout.splitlines()[-1]) == (0, "succeeded")
    wrong = task.command("open", run, "nothing")
    assert (wrong.returncode, "notes" in wrong.stderr) == (1, True)
    documents = tmp_path / "runs.ndjson"
    documents.write_text(
        '{"project": "vision", "domain": "d", "run": "r9"}\n'
        '{"project": "vision", "domain": "d", "run": "r10", "phase": "odd"}\n'
    )
    some = task.command("push", str(documents))
    assert (some.returncode, some.stdout) == (1, "1 of 2 recorded\n")
    assert "document 2: phase: " in some.stderr
