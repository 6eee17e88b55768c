"""`manage.py serve` as a whole: real processes, killed and stopped in every way."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from linkhub.embedded import identity, launcher, postgres
from linkhub.embedded.serving import instance

ROOT = Path(__file__).parents[2]
OURS = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "LINKHUB_HOME", "LINKHUB_TEST_HOME")
pytestmark = pytest.mark.slow


class Serve:
    """One `serve` on `home`, its lines as they come."""

    def __init__(self, home: Path, port: int, **more: str) -> None:
        environ = {name: value for name, value in os.environ.items() if name not in OURS}
        environ |= {"LINKHUB_HOME": str(home), "PORT": str(port), **more}
        self.home = home
        self.port = port
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=ROOT,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def until(self, pattern: str) -> str:
        """The first new line with the pattern; the test's own time-out bounds the wait."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line)
            if re.search(pattern, line):
                return line
        raise AssertionError("".join(self.lines))

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        self.process.communicate(timeout=30)
        return self.process.returncode

    @property
    def children(self) -> list[psutil.Process]:
        mark = json.loads((self.home / instance.FILE).read_text())["mark"]
        return list(identity.marked_processes(mark))

    def healthy(self) -> bool:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)


@pytest.fixture(scope="module")
def static(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Collected once for all of these tests: it is slow, and not their subject."""
    return tmp_path_factory.mktemp("static")


@pytest.fixture(autouse=True)
def static_root(static: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATIC_ROOT", str(static))


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture
def home(folder: Path) -> Path:
    return folder / "home"


@pytest.fixture
def serve(home: Path, port: int) -> Iterator[Serve]:
    one = Serve(home, port)
    yield one
    if one.process.poll() is None:
        one.end(signal.SIGTERM)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_starts_everything_and_ends_all_of_it_within_ten_seconds(
    serve: Serve, number: int
) -> None:
    serve.until("LinkHub is at")
    assert "one-time password" in serve.until("Sign in as admin")
    assert serve.healthy()
    place = launcher.at(serve.home)
    server = postgres.running(place)
    assert server
    everything = [*serve.children, server]
    assert len(everything) > 5
    began = time.monotonic()
    assert serve.end(number) == 0
    assert time.monotonic() - began < 10
    assert not any(process.is_running() for process in everything)


def test_it_brings_back_whatever_dies(serve: Serve) -> None:
    serve.until("Sign in as admin")
    for child in serve.children:
        if child.ppid() == serve.process.pid:
            child.kill()
            serve.until(r"was ended by SIGKILL; it starts again")
    server = postgres.running(launcher.at(serve.home))
    assert server
    server.kill()
    serve.until(r"PostgreSQL has ended")
    serve.until(r"PostgreSQL .* ready")


def test_it_carries_on_after_a_kill(serve: Serve) -> None:
    serve.until("Sign in as admin")
    left = serve.children
    serve.end(signal.SIGKILL)
    again = Serve(serve.home, serve.port)
    again.until(r"Ended \d+ processes that a killed LinkHub had left behind")
    again.until("PostgreSQL .* adopted")
    again.until("LinkHub is at")
    assert again.healthy()
    assert not any(process.is_running() for process in left)
    assert again.end(signal.SIGTERM) == 0


def test_it_refuses_to_run_twice_on_a_folder(serve: Serve) -> None:
    serve.until("LinkHub is at")
    second = Serve(serve.home, serve.port)
    output, _ = second.process.communicate(timeout=30)
    assert second.process.returncode == 1
    assert f"already runs on {serve.home}, at http://127.0.0.1:{serve.port}" in output


def test_other_commands_find_its_database(serve: Serve) -> None:
    serve.until("LinkHub is at")
    environ = {name: value for name, value in os.environ.items() if name not in OURS}
    command = [sys.executable, "manage.py", "token", "push", "--can", "ingest"]
    environ["LINKHUB_HOME"] = str(serve.home)
    assert subprocess.check_output(command, cwd=ROOT, env=environ).startswith(b"lhk_")


def test_it_uses_servers_of_the_users_own(folder: Path, home: Path, port: int) -> None:
    theirs = launcher.start(folder / "theirs")
    environ = {"DATABASE_URL": theirs.database_url, "REDIS_URL": theirs.redis_url}
    serve = Serve(home, port, **environ)
    serve.until("LinkHub is at")
    assert serve.end(signal.SIGTERM) == 0
    assert not any("PostgreSQL" in line for line in serve.lines)
    assert not (home / "servers").exists()
    assert postgres.running(launcher.at(folder / "theirs"))
    launcher.stop(folder / "theirs")
