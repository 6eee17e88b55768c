"""How soon a pushed run has its links: on idle workers, and while the Python lane sleeps."""

from __future__ import annotations

import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
import pytest

from linkhub.links.models import Link
from linkhub.runs.models import Pending
from tests import factories as make
from tests.api.conftest import Api
from tests.workers import listening, wait_until, wait_until_done, worker

pytestmark = pytest.mark.django_db(transaction=True)
Listener = psycopg.Connection[tuple[object, ...]]
RUNS = "/api/v1/projects/flytesnacks/domains/development/runs"
CLASS = "tests.faults.link_classes:Asleep"
SLOTS, SLEEPERS, PUSHES = 2, 4, 15
FACTOR = 1.5


class Gate:
    """Where sleepers come to; who is let in sleeps until `open`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(path))
        path.chmod(0o666)
        self._server.listen(SLEEPERS)
        self._server.settimeout(60)
        self._asleep: list[socket.socket] = []

    def wait_for_one(self) -> None:
        self._asleep.append(self._server.accept()[0])

    def open(self) -> None:
        """Wake who sleeps; nobody falls asleep from here on."""
        self._server.close()
        self.path.unlink()
        for one in self._asleep:
            one.close()


@pytest.fixture
def gate() -> Iterator[Gate]:
    with tempfile.TemporaryDirectory() as folder:
        yield Gate(Path(folder) / "gate")


@contextmanager
def workers(broker: str) -> Iterator[Listener]:
    sleepy = {"LINKHUB_LINK_CLASSES": CLASS, "LINKHUB_LINK_CLASS_SECONDS": "60"}
    with (
        listening() as listener,
        worker("resolve", REDIS_URL=broker),
        worker("python_links", concurrency=SLOTS, REDIS_URL=broker, **sleepy),
    ):
        yield listener


def document(task: str, **context: str) -> dict[str, Any]:
    return {"context": context, "actions": [{"name": "a0", "task": task}]}


def push(api: Api, listener: Listener, name: str) -> tuple[float, float]:
    """The seconds of the PUT, and until the link is ready."""
    began = time.perf_counter()
    assert api.put(f"{RUNS}/{name}", document("train_model")).status_code == 201
    put = time.perf_counter() - began
    ready = Link.objects.filter(run__name=name, key="board", state="ready")
    wait_until(listener, ready.exists)
    return put, time.perf_counter() - began


def medians(api: Api, listener: Listener, name: str) -> tuple[float, float]:
    puts, readies = zip(
        *(push(api, listener, f"{name}-{number}") for number in range(PUSHES)), strict=True
    )
    return median(puts), median(readies)


def medians_at_best(
    api: Api, listener: Listener, name: str, than: tuple[float, float]
) -> tuple[float, float]:
    """Measured up to three times, since others use the machine as well."""
    best = (float("inf"), float("inf"))
    for number in range(3):
        found = medians(api, listener, f"{name}-{number}")
        best = min(best[0], found[0]), min(best[1], found[1])
        if best[0] <= FACTOR * than[0] and best[1] <= FACTOR * than[1]:
            break
    return best


def test_a_pushed_run_has_its_links_in_under_a_second(broker, api):
    make.make_definition("board", select={"task": "train_model"})
    with listening() as listener, worker("resolve", REDIS_URL=broker):
        push(api, listener, "warm")
        readies = [push(api, listener, f"idle-{number}")[1] for number in range(5)]
    print(f"seconds until ready: median {median(readies):.3f}, most {max(readies):.3f}")
    assert median(readies) < 1


@pytest.mark.slow
def test_it_is_as_quick_while_the_python_lane_sleeps(broker, gate, api):
    make.make_definition("board", select={"task": "train_model"})
    slow = {"provider": "python_link", "params": {"class": CLASS}, "select": {"task": "slow"}}
    make.make_definition("slow", **slow)
    with workers(broker) as listener:
        medians(api, listener, "warm")
        before = medians(api, listener, "before")
        for number in range(SLEEPERS):
            api.put(f"{RUNS}/slow-{number}", document("slow", gate=str(gate.path)))
        for _ in range(SLOTS):
            gate.wait_for_one()
        asleep = medians_at_best(api, listener, "asleep", before)
        assert Pending.objects.filter(lane=Pending.Lane.PYTHON).count() == SLEEPERS
        gate.open()
        wait_until_done(listener)
        after = medians(api, listener, "after")
    assert Link.objects.filter(key="slow", state="ready").count() == SLEEPERS
    print(f"seconds of PUT and until ready: {before=} {asleep=} {after=}")
    for while_asleep, *otherwise in zip(asleep, before, after, strict=True):
        assert while_asleep <= FACTOR * max(otherwise)
