"""One `serve` on a LINKHUB_HOME: who it is, where it listens, what a killed one left."""

from __future__ import annotations

import json
import os
import secrets
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from linkhub.embedded import identity
from linkhub.embedded.errors import CannotStart
from linkhub.embedded.home import Home, write_private
from linkhub.embedded.locks import only_one
from linkhub.embedded.serving.console import say

FILE = "serve.json"
STEPS = ((signal.SIGTERM, 2.0), (signal.SIGKILL, 1.0))


@dataclass(frozen=True)
class Instance:
    pid: int
    address: str
    mark: str
    """In the environment of every process that it starts, also of their children."""


@contextmanager
def only_instance(home: Home) -> Iterator[None]:
    """Hold the folder for this process; another one that holds it is named in the refusal."""
    with only_one(home.lock("serve")) as is_held:
        if not is_held:
            other = _last(home)
            where = f", at {other.address} (process {other.pid})" if other else ""
            raise CannotStart(f"LinkHub already runs on {home.path}{where}.")
        try:
            _end_leftovers(home)
            yield
        finally:
            (home.path / FILE).unlink(missing_ok=True)


def announce(home: Home, address: str) -> Instance:
    """Leave word of this instance for the next one, before anything is started."""
    instance = Instance(os.getpid(), address, secrets.token_urlsafe(16))
    write_private(home.path / FILE, json.dumps(asdict(instance)))
    return instance


def _last(home: Home) -> Instance | None:
    try:
        return Instance(**json.loads((home.path / FILE).read_text()))
    except FileNotFoundError:
        return None


def end_marked(mark: str) -> int:
    """End every process of the instance with this mark; how many there were."""
    left = list(identity.marked_processes(mark))
    identity.end(left, *STEPS)
    return len(left)


def _end_leftovers(home: Home) -> None:
    """End the children of an instance that was killed; its servers are adopted instead."""
    last = _last(home)
    if last and (count := end_marked(last.mark)):
        say(f"Ended {count} processes that a killed LinkHub had left behind")
