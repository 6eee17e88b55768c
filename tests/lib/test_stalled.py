"""Connections by which nothing comes are ended, and no others."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from linkhub.lib import stalled
from tests.faults.system.running import until
from tests.workers import ROOT

pytestmark = pytest.mark.skipif(stalled.TCP_INFO is None, reason="the system does not tell")


@pytest.fixture(autouse=True)
def _not_looked_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stalled, "PAUSE_SECONDS", 0.0)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as one:
        yield one


def test_it_ends_what_has_stalled(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    before = len(os.listdir("/dev/fd"))
    with socket.create_connection(("127.0.0.1", port)) as client, listener.accept()[0]:
        assert stalled.end_stalled(port, seconds=60) == 0
        assert stalled.end_stalled(port + 1, seconds=0) == 0
        assert stalled.end_stalled(port, seconds=0) == 1
        assert client.recv(1) == b""
    assert len(os.listdir("/dev/fd")) == before


def test_it_looks_once_a_second(listener: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stalled, "PAUSE_SECONDS", 60.0)
    port = listener.getsockname()[1]
    with socket.create_connection(("127.0.0.1", port)), listener.accept()[0]:
        monkeypatch.setattr(stalled, "_looked", stalled.time.monotonic())
        assert stalled.end_stalled(port, seconds=0) == 0


APP = """
from functools import partial
from linkhub.lib import slow_bodies

slow_bodies.end_stalled = partial(slow_bodies.end_stalled, seconds=0.5)


def read(environ, start_response):
    try:
        body = environ["wsgi.input"].read()
    except OSError:
        body = b"could not read"
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [body]


application = slow_bodies.reading_few_at_once(read, threads=4)
"""
HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\n"


@contextmanager
def server(folder: Path) -> Iterator[int]:
    """The web server that LinkHub runs on, with the application above; yields its port."""
    (folder / "app.py").write_text(APP)
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = int(found.getsockname()[1])
    options = f"--interface wsgi --port {port} --blocking-threads 4 --no-ws app:application"
    command = [sys.executable, "-m", "granian", *options.split()]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)])}
    process = subprocess.Popen(
        command, env=environment, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield port
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # it would wait for those that stall
        process.wait(30)


def status(port: int) -> int:
    """Of a POST with a body of four bytes; 0 where the answer came before that was sent."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("POST", "/", b"body")
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


@pytest.mark.slow
def test_what_has_stalled_holds_up_recording_for_a_moment_only(tmp_path: Path) -> None:
    with server(tmp_path) as port, ExitStack() as stack:
        until(lambda: status(port) == 200, 30)
        for _ in range(6):  # of which those that find no place are refused
            client = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            client.sendall(HEAD)
        until(lambda: status(port) in (503, 0), 10)
        until(lambda: status(port) == 200, 10)
