"""One LinkHub as `manage.py serve` runs it, in its own folder, and taking hold of its parts."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg
import redis as redis_client

from linkhub.embedded import environment, identity, launcher, postgres, redis
from linkhub.embedded.place import Place
from linkhub.embedded.serving import instance
from tests.faults.system.load import DEFINITIONS, PROJECT

ROOT = Path(__file__).parents[3]
FOREIGN = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "LINKHUB_HOME", "LINKHUB_TEST_HOME")
START_SECONDS = 240
SESSION = """
from django.test import Client
from linkhub.accounts.models import User
user, _ = User.objects.get_or_create(username="prober")
client = Client()
client.force_login(user)
print("session=" + client.cookies["sessionid"].value)
"""


class System:
    """`home` need not be there yet; `variables` are for every process, `code` is where they run."""

    def __init__(self, home: Path, code: Path = ROOT, **variables: str) -> None:
        self.home, self.code, self.variables = home, code, variables
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.token = self.session = ""

    def start(self) -> None:
        command = [sys.executable, "manage.py", "serve"]
        with (self.home.parent / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=self.code, env=self.environment(), stdout=log, stderr=log
            )
        process = self.process
        until(lambda: b"LinkHub is at" in self.said() or process.poll() is not None, START_SECONDS)
        assert process.poll() is None, self.said().decode(errors="replace")
        self.manage("demo", "remove")
        self.prepare()

    def prepare(self) -> None:
        """What the load needs; the web server answers by now."""
        self.token = self.manage("token", "faults", "--can", "ingest,read,manage").strip()
        said = self.manage("shell", "--no-imports", "-c", SESSION)
        self.session = said.partition("session=")[2].strip()
        for key, definition in DEFINITIONS.items():
            self.define(key, {"name": key, **definition})

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)
        launcher.stop(self.home)

    def said(self) -> bytes:
        return (self.home.parent / "serve.log").read_bytes()

    def environment(self) -> dict[str, str]:
        """Nothing of the tests' own servers."""
        own = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        own |= {"LINKHUB_HOME": str(self.home), "PORT": str(self.port)}
        return own | {"LINKHUB_WORKER_PROCESSES": "2"} | self.variables

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=self.code, env=self.environment(), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def define(self, key: str, definition: dict[str, Any]) -> None:
        """As an admin's program does. PUT, so that it may be asked again."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v1/definitions/{key}",
            data=json.dumps(definition).encode(),
            method="PUT",
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert answer.status in (200, 201)

    @property
    def place(self) -> Place:
        return launcher.at(self.home)

    def postmaster(self) -> psutil.Process | None:
        return postgres.running(self.place)

    def broker(self) -> psutil.Process | None:
        return redis.running(self.place)

    def broker_client(self) -> redis_client.Redis:
        url = redis.url(self.place)
        return redis_client.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)

    @contextmanager
    def database(self) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        with psycopg.connect(postgres.url(self.place), autocommit=True) as connection:
            yield connection

    def parts(self, *words: str) -> list[psutil.Process]:
        """Those processes of it, not PostgreSQL and Redis, whose command has all the words."""
        mark = json.loads((self.home / instance.FILE).read_text())["mark"]
        found = []
        for process in identity.marked_processes(mark):
            with suppress(psutil.Error):
                if all(word in process.cmdline() for word in words):
                    found.append(process)
        return found

    def roots(self, *words: str) -> list[psutil.Process]:
        """Of these, those that `serve` itself started."""
        assert self.process
        return [one for one in self.parts(*words) if _parent(one) == self.process.pid]

    def child_environment(self) -> dict[str, str]:
        """For a further process of the same instance."""
        facts = environment.load(self.home)
        return self.environment() | facts | {"DJANGO_SETTINGS_MODULE": "linkhub.settings"}

    def pending(self) -> int:
        with self.database() as database:
            found = database.execute(
                "SELECT count(*) FROM runs_pending JOIN accounts_project AS p ON p.id = project_id"
                " WHERE p.name = %s",
                [PROJECT],
            ).fetchone()
        return int(found[0]) if found else 0


@contextmanager
def system(folder: Path, **variables: str) -> Iterator[System]:
    """A started one in `folder`; its end is the block's."""
    one = System(folder / "home", **variables)
    try:
        one.start()
        yield one
    except BaseException:
        keep_logs(folder)
        raise
    finally:
        one.stop()


@contextmanager
def own_folder() -> Iterator[Path]:
    """One that every account passes through: root's servers run as another."""
    folder = Path(tempfile.mkdtemp(prefix="linkhub-faults-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def keep_logs(folder: Path) -> None:
    """Where FAULTS_LOGS says, for whoever looks into what went wrong."""
    if target := os.environ.get("FAULTS_LOGS"):
        shutil.copytree(folder / "home" / "logs", Path(target) / folder.name, dirs_exist_ok=True)


def until(condition: Callable[[], bool], seconds: float, pause: float = 0.1) -> None:
    """Other processes' states tell nobody when they change: look again and again."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds} s")
        time.sleep(pause)


def kill(*processes: psutil.Process) -> None:
    """At once and without a word."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def _parent(process: psutil.Process) -> int | None:
    try:
        return process.ppid()
    except psutil.NoSuchProcess:
        return None


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
