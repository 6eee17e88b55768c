"""Work that goes on in a thread while the next is made ready: one piece at a time.

While the database writes a batch, Python resolves the next. The thread has a connection of its
own, so that nothing is shared but what is handed over.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Generic, TypeVar

from django.db import close_old_connections, connections

T = TypeVar("T")


class Overlap(Generic[T]):
    """Does `work` with one piece after the other, in the order in which they are begun.

    `done` is called with a piece and the error that it ended in, if any, by the thread that
    waited for it.
    """

    def __init__(
        self, work: Callable[[T], None], done: Callable[[T, BaseException | None], None]
    ) -> None:
        self._work = work
        self._done = done
        self._thread: ThreadPoolExecutor | None = None
        self._going_on: tuple[T, Future[None]] | None = None

    def __enter__(self) -> Overlap[T]:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            self.finish()
        finally:
            if self._thread is not None:
                self._thread.submit(connections.close_all)
                self._thread.shutdown()

    def begin(self, piece: T) -> None:
        """Wait for the piece before; then return while this one is worked on."""
        self.finish()
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1)
        self._going_on = (piece, self._thread.submit(self._do, piece))

    def finish(self) -> bool:
        """Wait for what is going on; return whether anything was."""
        if self._going_on is None:
            return False
        (piece, future), self._going_on = self._going_on, None
        self._done(piece, future.exception())
        return True

    def _do(self, piece: T) -> None:
        close_old_connections()
        self._work(piece)
