"""A real LinkHub web process on the test database, to be killed and started again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.workers import database_url

ROOT = Path(__file__).parent.parent.parent
# Tenths of a second that the start may take; on a busy machine it is many.
ATTEMPTS = 1200


class Hub:
    """On a port that stays its own while it is away."""

    def __init__(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            self.port = int(taken.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return when it answers."""
        command = [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"),
            *("--host", "127.0.0.1", "--port", str(self.port), "--workers", "1"),
            *("--blocking-threads", "2", "--log-level", "error", "linkhub.wsgi:application"),
        ]
        environment = os.environ | {"DATABASE_URL": database_url()}
        self._process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
        for _ in range(ATTEMPTS):
            try:
                urllib.request.urlopen(f"{self.url}/healthz", timeout=10).close()
            except urllib.error.URLError:
                if self._process.poll() is not None:
                    break
                # Listening costs a second or two; the selector waits for the process to end.
                self._wait(0.1)
            else:
                return
        raise RuntimeError("the web process does not answer")

    def kill(self) -> None:
        """As a machine that goes down does it: without a word."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def stop_answering(self) -> None:
        """It still takes connections, and never answers."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGSTOP)

    def answer_again(self) -> None:
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGCONT)

    def _wait(self, seconds: float) -> None:
        assert self._process is not None
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return


@contextmanager
def running_hub() -> Iterator[Hub]:
    hub = Hub()
    hub.start()
    try:
        yield hub
    finally:
        hub.kill()
