"""Holding a thread with a connection of its own before a statement, while others go on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import connection

T = TypeVar("T")
SECONDS = 30


class Breakpoint:
    """Holds the first statement that contains `text`, until `go`."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.reached = threading.Event()
        self.go = threading.Event()

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        if self._text in sql and not self.reached.is_set():
            self.reached.set()
            assert self.go.wait(SECONDS)
        return execute(sql, params, many, context)


@contextmanager
def aside() -> Iterator[Callable[[Callable[[], T]], Future[T]]]:
    """Starts work in a thread with a connection of its own; the block's end waits for its end."""
    with ThreadPoolExecutor() as threads:
        futures: list[Future[T]] = []

        def start(work: Callable[[], T]) -> Future[T]:
            futures.append(threads.submit(_closing, work))
            return futures[-1]

        yield start
        for future in futures:
            future.result(SECONDS)


@contextmanager
def held_before(text: str, work: Callable[[], T]) -> Iterator[Future[T]]:
    """The block runs while `work` is held before the first statement that contains `text`."""
    held = Breakpoint(text)

    def watched() -> T:
        try:
            with connection.execute_wrapper(held):
                return work()
        finally:
            held.reached.set()

    with aside() as start:
        future = start(watched)
        try:
            assert held.reached.wait(SECONDS)
            assert not future.done(), "nothing was held"
            yield future
        finally:
            held.go.set()


def wait_until_one_waits() -> None:
    """Until some statement in this database waits for a lock: PostgreSQL tells nobody when."""
    deadline = time.monotonic() + SECONDS
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone() != (0,):
                return
    raise TimeoutError("nobody waits for a lock")


def _closing(work: Callable[[], T]) -> T:
    try:
        return work()
    finally:
        connection.close()
