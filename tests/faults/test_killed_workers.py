"""Workers that are killed and a broker that is emptied lose nothing."""

from __future__ import annotations

import random
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import psutil
import pytest

from linkhub.links.models import Link, Resolved
from linkhub.runs.documents import RunDocument
from linkhub.runs.models import Action, Pending, Run
from linkhub.runs.nudges import client
from linkhub.runs.record import RunWrite, record_batch
from tests import factories as make
from tests.workers import listening, wait_until, wait_until_done, worker

pytestmark = pytest.mark.django_db(transaction=True)
RUNS = 10_000
BATCH = 1000
# Every so many runs: one with an action and its pod, one that has ended, one with an id.
WITH_POD, ENDED, WITH_ID = 10, 3, 2
X = "https://x.example.com"


@dataclass(frozen=True)
class Expected:
    """A link row: of the run `r<number>`, or of its action's pod."""

    number: int
    key: str
    url: str
    pod: str | None = None


def document(number: int) -> RunDocument:
    attempts = [{"number": 1, "pods": [{"name": f"p{number}"}]}]
    return RunDocument.model_validate(
        {
            "phase": "failed" if number % ENDED == 0 else "running",
            "context": {"id": f"i{number}"} if number % WITH_ID == 0 else {},
            "actions": [{"name": "a0", "attempts": attempts}] if number % WITH_POD == 0 else [],
        },
        strict=False,
    )


def expected() -> Iterator[Expected]:
    """What applies to each run, said without resolving anything."""
    for number in range(RUNS):
        yield Expected(number, "board", f"{X}/board/r{number}")
        yield Expected(number, "id", f"{X}/id/i{number}" if number % WITH_ID == 0 else "")
        if number % ENDED == 0:
            yield Expected(number, "ended", f"{X}/ended/r{number}")
        if number % WITH_POD == 0:
            yield Expected(number, "pod", f"{X}/pod/p{number}", f"p{number}")


def stored() -> list[Expected]:
    rows = Link.objects.values_list("run__name", "key", "url", "pod__name")
    return [Expected(int(run.removeprefix("r")), *rest) for run, *rest in rows.iterator(5000)]


@pytest.fixture
def _recorded(broker) -> None:
    make.make_definition("board", level="run", template=X + "/board/{{.runName}}")
    make.make_definition("id", level="run", template=X + "/id/{{.context.id}}")
    ended = {"level": "run", "select": {"phase": "failed"}}
    make.make_definition("ended", template=X + "/ended/{{.runName}}", **ended)
    make.make_definition("pod", level="pod", template=X + "/pod/{{.podName}}")
    project = make.make_project()
    for first in range(0, RUNS, BATCH):
        numbers = range(first, first + BATCH)
        record_batch([RunWrite(project, "d", f"r{one}", document(one)) for one in numbers])


@contextmanager
def started(broker: str) -> Iterator[psutil.Process]:
    with worker("resolve", LINKHUB_LEASE_SECONDS="1", REDIS_URL=broker) as process:
        yield psutil.Process(process.pid)


def kill(processes: list[psutil.Process]) -> None:
    """At once and without a word; and whatever messages there are go as well."""
    for one in processes:
        one.send_signal(signal.SIGKILL)
    client().flushall()


@pytest.mark.usefixtures("_recorded")
def test_it_resolves_everything_whatever_is_killed(broker):
    chance = random.Random(7)
    with listening() as listener, ExitStack() as workers:

        def wait(share: float) -> None:
            """Until about that share is left, and somewhere into the next batch."""
            rows = int(RUNS * (share + chance.random() / 10))
            wait_until(listener, lambda: Pending.objects.count() <= rows)
            list(listener.notifies(timeout=chance.random() / 5))

        first, second = (workers.enter_context(started(broker)) for _ in range(2))
        wait(0.85)
        kill([first, *first.children(recursive=True)])
        workers.enter_context(started(broker))
        wait(0.55)
        kill(second.children(recursive=True))
        wait(0.25)
        kill([second, *second.children(recursive=True)])
        wait_until_done(listener)
    assert sorted(stored(), key=repr) == sorted(expected(), key=repr)
    assert Resolved.objects.count() == Run.objects.count() + Action.objects.count() + 1
