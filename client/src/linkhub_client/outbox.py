"""Writes on their way: from the task's memory to the spool, from the spool to LinkHub.

Putting one in is a matter of microseconds. Two threads do the rest, as long as there is something
to do: the writer moves what was put in to the spool at once, so that it outlives a kill even while
the server is slow; the sender delivers it, oldest first.
"""

from __future__ import annotations

import collections
import threading
import time
from typing import Callable

from linkhub_client import stamps, transport
from linkhub_client.config import Config
from linkhub_client.problems import Refused, Unreachable, warn
from linkhub_client.spool import Record, Spool

# Writes that wait in memory for the writer, or because the spool takes nothing.
MOST_IN_MEMORY = 10_000
# What others have left in the spool is sent after so many seconds: until then it is theirs.
LEFT_SECONDS = 30.0
LONGEST_PAUSE = 30.0
# A thread without work ends after so many seconds; the next write starts another.
IDLE_SECONDS = 1.0
WRITER, SENDER = "writer", "sender"


class Outbox:
    """Of one process: a child that is forked begins with an empty one."""

    def __init__(self, settings: Config) -> None:
        self.settings = settings
        self.spool = Spool(settings.spool, settings.url, settings.spool_bytes)
        self._put: collections.deque[tuple[int, Record]] = collections.deque(maxlen=MOST_IN_MEMORY)
        # By name; the record itself where the spool has not taken it.
        self._own: dict[str, Record | None] = {}
        self._storing = threading.Lock()
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._threads: dict[str, threading.Thread] = {}
        self._failures = 0
        self._not_before = 0.0
        self._adopted = False

    def put(self, record: Record) -> None:
        """Take a write; the oldest goes, and is said, where there are too many."""
        if len(self._put) == MOST_IN_MEMORY:
            warn("More than %d writes wait; the oldest are dropped", MOST_IN_MEMORY)
        self._put.append((stamps.microseconds(), record))
        if not self._start(WRITER):
            self._store()

    def flush(self, seconds: float) -> bool:
        """Wait for delivery, for at most so long; return whether all is delivered.

        A server that is away is tried once and not waited for. Whatever is not delivered by then
        is in the spool.
        """
        deadline = time.monotonic() + seconds
        while self._store():
            pass
        with self._changed:
            self._failures, self._not_before = 0, 0.0
        self._start(SENDER)
        with self._changed:
            while self._own and not self._failures and time.monotonic() < deadline:
                self._changed.wait(deadline - time.monotonic())
            return not self._own

    def deliver(self) -> int:
        """Send all that the spool holds, now and in this thread; return how much was taken.

        Raises Unreachable where the server is away; what it refuses is set aside.
        """
        while self._store():
            pass
        return sum(self._deliver(name) for name in self.spool.names())

    def _start(self, name: str) -> bool:
        """Wake the thread, or start it. False where the interpreter is ending and takes none."""
        with self._changed:
            self._changed.notify_all()
            if name in self._threads:
                return True
            work = self._write if name == WRITER else self._send
            thread = threading.Thread(
                target=self._loop, args=(name, work), name="linkhub-" + name, daemon=True
            )
            try:
                thread.start()
            except RuntimeError:
                return False
            self._threads[name] = thread
            return True

    def _loop(self, name: str, work: Callable[[], None]) -> None:
        try:
            while self._wait(name):
                work()
        except Exception as error:
            warn("The " + name + " of LinkHub's client has failed: %s", error)
            with self._changed:
                del self._threads[name]  # the next write starts another

    def _wait(self, name: str) -> bool:
        """Return when there is work; False, and the thread is to end, when there was none."""
        with self._changed:
            idle_until = time.monotonic() + IDLE_SECONDS
            while True:
                now = time.monotonic()
                due = self._due_in(name, now)
                if due is not None and due <= 0:
                    return True
                if due is None and now >= idle_until:
                    del self._threads[name]
                    return False
                self._changed.wait(idle_until - now if due is None else due)

    def _due_in(self, name: str, now: float) -> float | None:
        """Seconds until there is work for the thread; None where there is none at all."""
        if name == WRITER:
            return 0.0 if self._put else None
        return self._not_before - now if self._own or not self._adopted else None

    def _write(self) -> None:
        while self._store():
            self._start(SENDER)

    def _store(self) -> bool:
        """Move one write from memory to the spool; False where there is none."""
        with self._storing:  # the writer and `flush`: one behind the other keeps the order
            try:
                stamp, record = self._put.popleft()
            except IndexError:
                return False
            name, kept = self._spooled(stamp, record)
            with self._changed:
                self._own[name] = kept
                if len(self._own) > MOST_IN_MEMORY:
                    self._own.pop(next(iter(self._own)))  # it stays in the spool
        return True

    def _spooled(self, stamp: int, record: Record) -> tuple[str, Record | None]:
        """Its name in the spool; and the write itself where the spool does not take it."""
        try:
            return self.spool.add(stamp, record), None
        except OSError as error:
            warn("The spool %s takes nothing: %s", self.spool.folder, error)
            return f"{stamp:020}", record

    def _send(self) -> None:
        """Send what waits, then, once a process, what others have left behind."""
        with self._lock:
            names = list(self._own)
        left = [] if names or self._adopted else self.spool.left(LEFT_SECONDS)
        try:
            for name in names or left:
                self._deliver(name)
        except Unreachable as away:
            self._put_off(away)
            return
        self._adopted = self._adopted or not names

    def _deliver(self, name: str) -> bool:
        """Send one write; return whether it was taken. Raises Unreachable."""
        in_memory = self._own.get(name)
        taken = False
        try:
            record = in_memory or self.spool.read(name)
            transport.request(self.settings, record["method"], record["path"], record["body"])
            taken = True
        except KeyError:
            pass  # another process sent it
        except Refused as refused:
            warn("LinkHub refused a write, which is set aside: %s", refused)
            if not in_memory:
                self.spool.set_aside(name)
        if taken and not in_memory:
            self.spool.remove(name)
        with self._changed:
            self._failures = 0
            self._own.pop(name, None)
            self._changed.notify_all()
        return taken

    def _put_off(self, away: Unreachable) -> None:
        """The next try: later each time, and not all processes at once."""
        import random  # here, for the sake of import time

        warn("LinkHub is not reached, what is recorded waits in the spool: %s", away)
        with self._changed:
            self._failures += 1
            pause = min(0.5 * 2 ** min(self._failures, 10), LONGEST_PAUSE)
            pause = max(away.after, pause * random.uniform(0.5, 1.0))  # noqa: S311 (no secret)
            self._not_before = time.monotonic() + pause
            self._changed.notify_all()
