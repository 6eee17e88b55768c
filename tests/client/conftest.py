"""The client as a task has it: a spool of its own, and a server that notes what it is sent."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from linkhub_client import outbox, problems, recording
from linkhub_client.outbox import Outbox
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

# Variables that would tell the client of another execution than the test's.
OF_EXECUTIONS = re.compile(
    "LINKHUB_(?!TEST)|FLYTE_|_F_|AIRFLOW|ARGO_|KUBERNETES_|RUN_NAME|ACTION_NAME|WANDB|HOSTNAME|RANK"
)


class Server:
    """Stands for LinkHub: takes everything, unless `status` says otherwise."""

    def __init__(self, server: HTTPServer) -> None:
        self.url = server.url_for("").rstrip("/")
        self.requests: list[tuple[str, str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.status = 200
        self.answer: Any = {}
        self.answer_headers: dict[str, str] = {}
        server.expect_request(re.compile(".*")).respond_with_handler(self.respond)

    def respond(self, request: Request) -> Response:
        self.headers.append(dict(request.headers))
        if self.status < 300:
            self.requests.append((request.method, request.path, request.get_json(silent=True)))
        return Response(
            json.dumps(self.answer),
            self.status,
            self.answer_headers,
            content_type="application/json",
        )

    @property
    def paths(self) -> list[str]:
        return [path for _, path, _ in self.requests]


def end(outbox: Outbox) -> None:
    """Give up what an outbox still has to send, and wait for its threads."""
    with outbox._changed:
        outbox._own.clear()
        outbox._adopted = True
        outbox._changed.notify_all()
        threads = list(outbox._threads.values())
    for thread in threads:
        thread.join(5)


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No execution, no server, nothing said or recorded yet."""
    for name in [each for each in os.environ if OF_EXECUTIONS.match(each)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LINKHUB_SPOOL", str(tmp_path / "spool"))
    monkeypatch.setattr(outbox, "IDLE_SECONDS", 0.01)
    problems._said.clear()
    recording._after_fork()
    yield
    if recording._outbox is not None:
        end(recording._outbox)
    recording._after_fork()


@pytest.fixture
def server(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Server:
    """A server, and LINKHUB_URL and LINKHUB_TOKEN that say it."""
    stand_in = Server(httpserver)
    monkeypatch.setenv("LINKHUB_URL", stand_in.url)
    monkeypatch.setenv("LINKHUB_TOKEN", "lh_secret")
    return stand_in


@pytest.fixture
def execution(monkeypatch: pytest.MonkeyPatch) -> None:
    """A task of Flyte 1, in the second attempt of its node `n0`."""
    monkeypatch.setenv("FLYTE_INTERNAL_EXECUTION_PROJECT", "vision")
    monkeypatch.setenv("FLYTE_INTERNAL_EXECUTION_DOMAIN", "development")
    monkeypatch.setenv("FLYTE_INTERNAL_EXECUTION_ID", "ex7")
    monkeypatch.setenv("FLYTE_ATTEMPT_NUMBER", "1")
    monkeypatch.setenv("HOSTNAME", "ex7-n0-1")


@pytest.fixture
def spooled(tmp_path: Path) -> Any:
    """What waits in the spool, oldest first."""

    def read() -> list[dict[str, Any]]:
        return [json.loads(each.read_text()) for each in sorted(tmp_path.glob("spool/*/*.json"))]

    return read
