"""The thread by which a process tells the others what it counted and that it lives.

It begins after any fork: with a web process's first request, with a worker's start. It never
touches what the process is for: a database that is away costs a line in the log.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from multiprocessing.util import Finalize

import structlog
from django.db import DatabaseError, connection

from linkhub.lib.version import VERSION
from linkhub.seeing import condition
from linkhub.seeing.models import Process
from linkhub.seeing.storing import say_alive, say_ended, store_counts

log = structlog.get_logger(__name__)
EVERY_SECONDS = 10.0
# An end is not put off for longer by a database that hangs.
JOIN_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Role:
    """What a process is; a child of a worker counts, and lives by its parent's word."""

    kind: Process.Kind | None
    name: str = ""
    queues: Sequence[str] = ()


def web_role() -> Role:
    return Role(Process.Kind.WEB, f"web@{socket.gethostname()}:{os.getpid()}")


class Reporter:
    """Without `runs` nothing begins, as in tests."""

    def __init__(self, *, runs: bool = True) -> None:
        self.runs = runs
        self._forget()
        os.register_at_fork(after_in_child=self._forget)

    def _forget(self) -> None:
        """A thread does not live on in a child."""
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._role = Role(None)

    def begin(self, role: Role) -> None:
        """Report from now on, every few seconds; a second call is nothing."""
        if self._thread is not None or not self.runs:
            return
        with self._lock:
            if self._thread is None:
                self._role = role
                self._thread = threading.Thread(target=self._run, name="reporting", daemon=True)
                self._thread.start()
                # Also in a web server's process, which ends without what `atexit` is for.
                Finalize(None, self.end, exitpriority=1)

    def end(self) -> None:
        """Report for the last time, and take the process's row along."""
        if self._thread is None or self._ending.is_set():
            return
        self._ending.set()
        self._thread.join(JOIN_SECONDS)  # or its last word would come after this one
        with closing(connection):
            store_counts()
            if self._role.kind:
                _telling(lambda: say_ended(self._role.name))

    def _run(self) -> None:
        while not self._ending.is_set():
            with closing(connection):  # seldom needed: PostgreSQL has few connections
                report(self._role)
            self._ending.wait(EVERY_SECONDS)


def report(role: Role) -> None:
    """Store what was counted, say that the process lives, and look how the others are."""
    stored = store_counts()
    if role.kind and stored:
        _telling(lambda: say_alive(role.name, role.kind or "", role.queues, VERSION))
    if role.kind == Process.Kind.WEB:
        condition.remember(condition.look())


def _telling(tell: Callable[[], None]) -> None:
    try:
        tell()
    except DatabaseError as error:
        log.warning("word_not_stored", error=str(error))


reporter = Reporter()
