"""The part of a worker that takes messages, apart from the others: only a worker needs it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from celery.worker import consumer

from linkhub.seeing.workers import LONGEST_PAUSE, touch


class Consumer(consumer.Consumer):  # type: ignore[misc]
    """Celery's own, which waits for Redis for as long as that is away, and is soon back after."""

    def ensure_connected(self, conn: Any) -> Any:
        waiting = conn.ensure_connection

        def ensure(errback: Any, max_retries: Any, callback: Callable[[], None]) -> Any:
            def each_second() -> None:
                touch()
                callback()  # which ends a worker that is asked to end

            return waiting(errback, max_retries, interval_max=LONGEST_PAUSE, callback=each_second)

        conn.ensure_connection = ensure
        return super().ensure_connected(conn)
