"""The faults: what is done to a running LinkHub, for how long, and how it is taken away again."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import redis as redis_client

from tests.faults.system.load import PROJECT, run_name
from tests.faults.system.running import ROOT, System, kill, until

CHANCE = random.Random(7)
SLOW_CLASS = "tests.faults.link_classes:Slow"
POISONED = 3


@dataclass(frozen=True)
class Fault:
    slug: str
    what: str
    """As it stands in the document."""
    inject: Callable[[System, str, float], None]
    """Does it to the system for so many seconds, while runs of this domain come in."""


def nothing(system: System, domain: str, seconds: float) -> None:
    time.sleep(seconds)


def restart_postgres(system: System, domain: str, seconds: float) -> None:
    if server := system.postmaster():
        server.send_signal(signal.SIGINT)
    time.sleep(seconds)


def crash_postgres(system: System, domain: str, seconds: float) -> None:
    """A backend first, which makes the server recover by itself; then the server."""
    if server := system.postmaster():
        backends = [one for one in server.children() if "linkhub linkhub" in _title(one)]
        kill(*backends[:1])
        time.sleep(seconds / 2)
    if server := system.postmaster():
        kill(server)
    time.sleep(seconds / 2)


def hang_broker(system: System, domain: str, seconds: float) -> None:
    broker = system.broker()
    assert broker
    broker.suspend()
    time.sleep(seconds)
    broker.resume()


def kill_broker(system: System, domain: str, seconds: float) -> None:
    """Whenever it is back."""
    for _ in _for(seconds):
        if broker := system.broker():
            kill(broker)


def empty_broker(system: System, domain: str, seconds: float) -> None:
    client = system.broker_client()
    for _ in _for(seconds):
        client.flushall()


def fill_broker(system: System, domain: str, seconds: float) -> None:
    """It takes no more writes."""
    client = system.broker_client()
    client.config_set("maxmemory-policy", "noeviction")
    client.config_set("maxmemory", 1)
    try:
        client.set("one more", 1)
    except redis_client.exceptions.OutOfMemoryError:
        time.sleep(seconds)
    else:
        raise AssertionError("it is not full")
    finally:
        client.config_set("maxmemory", 0)


def kill_workers(system: System, domain: str, seconds: float) -> None:
    """One of the processes that resolve every 0.3 seconds, and at last their parent."""
    for _ in _for(seconds, pause=0.3):
        found = [one for one in system.parts("worker", "resolve") if one.children() == []]
        kill(*CHANCE.sample(found, min(1, len(found))))
    kill(*system.roots("worker", "resolve"))


def kill_web(system: System, domain: str, seconds: float) -> None:
    """One web process every 0.7 seconds, in whatever request; at last their parent."""
    for _ in _for(seconds, pause=0.7):
        for root in system.roots("granian"):
            with suppress(psutil.NoSuchProcess):
                kill(*CHANCE.sample(root.children(), min(1, len(root.children()))))
    kill(*system.roots("granian"))


def deploy(system: System, domain: str, seconds: float) -> None:
    """Web, workers and beat end as a deploy ends them, while tasks wait, and start again."""
    for words in (("worker",), ("beat",), ("granian",)):
        for root in system.roots(*words):
            root.terminate()
    time.sleep(seconds)


def two_beats(system: System, domain: str, seconds: float) -> None:
    schedule = f"--schedule={system.home / 'second-beat'}"
    command = (sys.executable, "-m", "celery", "-A", "linkhub", "beat", "--pidfile=", schedule)
    environment = system.child_environment()
    with (system.home / "logs" / "second-beat.log").open("wb") as log:
        beat = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        time.sleep(2 * seconds)
        assert beat.poll() is None, "the second beat did not run"
        beat.terminate()
        beat.wait(30)


def slow_code(system: System, domain: str, seconds: float) -> None:
    """A Python class that takes its time for one run in a hundred, and is removed again."""
    params = {"class": SLOW_CLASS}
    select = {"domain": domain, "workflow": "special"}
    slow = {"name": "slow", "level": "run", "provider": "python_link", "params": params}
    system.define("slow", slow | {"select": select})
    time.sleep(2 * seconds)
    system.define("slow", slow | {"select": select, "enabled": False})


def poison(system: System, domain: str, seconds: float) -> None:
    """A row that no code can make sense of; it rests with its error, and is mended at last."""
    names = [run_name(number) for number in range(POISONED)]
    with system.database() as database:
        until(lambda: _update(database, "labels = '5'", domain, names) == POISONED, 30)
        database.execute(MARK, [PROJECT, domain, names])
        until(lambda: database.execute(FAILED, [domain]).fetchone() == (POISONED,), 60)
        time.sleep(seconds)
        _update(database, 'labels = \'{"team": "vision"}\'', domain, names)
        database.execute(MARK, [PROJECT, domain, names])


MARK = """
    INSERT INTO runs_pending (project_id, run_id, lane, priority, generation, attempts, error)
    SELECT r.project_id, r.id, 'main', 10, nextval('runs_pending_generation_seq'), 0, ''
    FROM runs_run AS r JOIN accounts_project AS p ON p.id = r.project_id
    WHERE p.name = %s AND r.domain = %s AND r.name = ANY(%s)
    ON CONFLICT (project_id, run_id, action_id, lane) DO UPDATE SET
        generation = excluded.generation, attempts = 0, error = '', not_before = now()
"""
FAILED = """
    SELECT count(*) FROM runs_pending AS p JOIN runs_run AS r ON r.id = p.run_id
    WHERE r.domain = %s AND p.error <> '' AND p.attempts > 0
"""

FAULTS = [
    Fault("none", "nothing: the same load, undisturbed", nothing),
    Fault("postgres-restart", "PostgreSQL is restarted (fast shutdown)", restart_postgres),
    Fault(
        "postgres-crash", "a backend of PostgreSQL is killed, then the whole server", crash_postgres
    ),
    Fault("redis-hangs", "Redis stops answering and keeps its connections", hang_broker),
    Fault("redis-gone", "Redis is killed whenever it is back", kill_broker),
    Fault("redis-emptied", "Redis is emptied ten times a second", empty_broker),
    Fault("redis-full", "Redis is full and takes no writes", fill_broker),
    Fault(
        "workers-killed",
        "a resolving process is killed every 0.3 s, then their parent",
        kill_workers,
    ),
    Fault("web-killed", "a web process is killed every 0.7 s, then their parent", kill_web),
    Fault("deploy", "web, workers and beat are ended and started again while tasks wait", deploy),
    Fault("two-beats", "a second beat runs", two_beats),
    Fault("slow-code", "a Python link class takes 0.3 s for each call", slow_code),
    Fault("poisonous-row", "three rows that cannot be resolved", poison),
]


@contextmanager
def full_disk(folder: Path) -> Iterator[None]:
    """No room in the folder's file system until the block's end."""
    path = folder / "ballast"
    try:
        with path.open("wb", buffering=0) as ballast, suppress(OSError):
            while ballast.write(b"\0" * 1024 * 1024):
                pass
        yield
    finally:
        path.unlink()


def _for(seconds: float, pause: float = 0.1) -> Iterator[None]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        yield
        time.sleep(pause)


def _title(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return " ".join(process.cmdline())
    return ""


def _update(database: object, what: str, domain: str, names: list[str]) -> int:
    statement = f"UPDATE runs_run SET {what} WHERE domain = %s AND name = ANY(%s)"
    return int(database.execute(statement, [domain, names]).rowcount)  # type: ignore[attr-defined]
