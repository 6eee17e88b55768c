"""Steady ingest by batches, and an independent list of what must come of it.

Whatever is not answered with 200 is sent again, as a client does, until it is: what was accepted
is known here, and what its links are is said by hand, without anything of LinkHub's.
"""

from __future__ import annotations

import http.client
import json
import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

PROJECT = "faults"
BATCH = 50
SENDERS = 4
TIMEOUT = 15.0
PAUSE = 0.1
X = "https://x.example.com"
# Every so many runs: one that has ended, one with a pod, one that is changed afterwards, one of a
# workflow of its own.
ENDED, WITH_POD, CHANGED, SPECIAL = 3, 5, 7, 100
DEFINITIONS: dict[str, dict[str, Any]] = {
    "board": {"level": "run", "template": X + "/board/{{.runName}}"},
    "id": {"level": "run", "template": X + "/id/{{.context.id}}"},
    "team": {"level": "run", "template": X + "/team/{{.labels.team}}/{{.runName}}"},
    "ended": {
        "level": "run",
        "template": X + "/ended/{{.runName}}",
        "select": {"phase": "succeeded"},
    },
    "pod": {"level": "pod", "template": X + "/pod/{{.podName}}"},
}

# Run, key, pod, URL.
Expected = tuple[str, str, str, str]


@dataclass
class Batch:
    documents: list[dict[str, Any]]
    numbers: list[int]
    is_change: bool = False


@dataclass
class Load:
    """`rate` runs a second of the domain `domain`, from `start` until `stop`.

    `port` may be another one from one moment on, as behind a load balancer.
    """

    port: int
    token: str
    domain: str
    rate: float
    most_waiting: int = 0
    """Batches that may wait to be sent; 0 is as many as the rate makes."""
    accepted: set[int] = field(default_factory=set)
    changed: set[int] = field(default_factory=set)
    answered: list[float] = field(default_factory=list)
    """When a batch was accepted, by the monotonic clock."""
    refused: list[str] = field(default_factory=list)
    """What became of the tries that were not."""
    latest: str | None = None
    """The newest run that was accepted."""

    def __post_init__(self) -> None:
        self._stopping = threading.Event()
        self._abandoned = threading.Event()
        self._batches: queue.Queue[Batch | None] = queue.Queue(self.most_waiting)
        self._threads = [threading.Thread(target=self._make)]
        self._threads += [threading.Thread(target=self._send) for _ in range(SENDERS)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, within: float = 180) -> None:
        """Make no more, and wait until everything that was made has been accepted."""
        self._stopping.set()
        deadline = time.monotonic() + within
        for thread in self._threads:
            thread.join(max(0.1, deadline - time.monotonic()))
        still = [thread for thread in self._threads if thread.is_alive()]
        assert not still, f"not everything was accepted; last refusals: {self.refused[-3:]}"

    def abandon(self) -> None:
        """Make no more, and send no more of what was made."""
        self._abandoned.set()
        self.stop()

    def expected(self) -> Iterator[Expected]:
        for number in self.accepted:
            name = run_name(number)
            changed = "b" if number in self.changed else ""
            yield name, "board", "", f"{X}/board/{name}"
            yield name, "id", "", f"{X}/id/i{number}{changed}"
            yield name, "team", "", f"{X}/team/vision/{name}"
            if number % ENDED == 0:
                yield name, "ended", "", f"{X}/ended/{name}"
            if number % WITH_POD == 0:
                yield name, "pod", f"p{number}", f"{X}/pod/p{number}"

    def _make(self) -> None:
        began, number = time.monotonic(), 0
        while not self._stopping.is_set():
            numbers = list(range(number, number + BATCH))
            self._batches.put(Batch([self._document(one) for one in numbers], numbers))
            if changed := [one for one in numbers if one % CHANGED == 0]:
                self._batches.put(Batch([self._change(one) for one in changed], changed, True))
            number += BATCH
            self._stopping.wait(began + number / self.rate - time.monotonic())
        for _ in range(SENDERS):
            self._batches.put(None)

    def _document(self, number: int) -> dict[str, Any]:
        attempts = [{"number": 1, "pods": [{"name": f"p{number}"}]}]
        return {
            **self._named(number),
            "updated_at": "2026-01-05T10:00:00Z",
            "workflow": "special" if number % SPECIAL == 0 else f"w{number % 4}",
            "phase": "succeeded" if number % ENDED == 0 else "running",
            "context": {"id": f"i{number}"},
            "labels": {"team": "vision"},
            "actions": [{"name": "a0", "attempts": attempts}] if number % WITH_POD == 0 else [],
        }

    def _change(self, number: int) -> dict[str, Any]:
        """Later by its stamp, whichever of the two is recorded first."""
        context = {"id": f"i{number}b"}
        return {**self._named(number), "updated_at": "2026-01-05T10:00:01Z", "context": context}

    def _named(self, number: int) -> dict[str, Any]:
        return {"project": PROJECT, "domain": self.domain, "run": run_name(number)}

    def _send(self) -> None:
        connection = self._connection()
        while batch := self._batches.get():
            if connection.port != self.port:
                connection.close()
                connection = self._connection()
            body = json.dumps(batch.documents).encode()
            while not self._abandoned.is_set() and not self._accept(
                batch, *self._post(connection, body)
            ):
                connection.close()
                connection = self._connection()
                time.sleep(PAUSE)
        connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)

    def _post(self, connection: http.client.HTTPConnection, body: bytes) -> tuple[int, bytes]:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        try:
            connection.request("POST", "/api/v1/runs:batch", body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            return 0, repr(error).encode()

    def _accept(self, batch: Batch, status: int, body: bytes) -> bool:
        """Whether the whole batch was taken; of one that was not, all is sent again."""
        if status == 200:
            wrong = [one for one in json.loads(body)["results"] if one["status"] not in (200, 201)]
            if not wrong:
                (self.changed if batch.is_change else self.accepted).update(batch.numbers)
                self.answered.append(time.monotonic())
                self.latest = run_name(batch.numbers[-1])
                return True
            body = json.dumps(wrong[0]).encode()
        self.refused.append(f"{status} {body[:300].decode(errors='replace')}")
        return False


def run_name(number: int) -> str:
    return f"r{number:07d}"
