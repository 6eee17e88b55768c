"""Workers and beat as LinkHub runs them: what they tell of themselves, and how they outlast Redis.

Of their health checks' file: it is touched for as long as a process's own loop turns, and while it
waits for Redis, which a new process would not find either.
"""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path
from typing import Any

import redis
import structlog
from celery import bootsteps, current_app
from celery.beat import PersistentScheduler
from celery.signals import (
    beat_init,
    task_failure,
    task_postrun,
    task_prerun,
    task_retry,
    worker_process_init,
    worker_process_shutdown,
    worker_ready,
    worker_shutdown,
)

from linkhub.lib.meters import TASK_SECONDS, TASKS
from linkhub.runs.nudges import has_room
from linkhub.seeing.models import Process
from linkhub.seeing.reporting import Role, reporter

TOUCH_SECONDS = 5.0
# Celery's own pauses between two tries to reach Redis grow to half a minute.
LONGEST_PAUSE = 5

log = structlog.get_logger(__name__)
_began: dict[str, float] = {}
_outcomes: dict[str, str] = {}


def install() -> None:
    """Have this process tell; where it is neither worker nor beat, nothing ever happens."""
    task_prerun.connect(_begin, weak=False)
    task_failure.connect(_failed, weak=False)
    task_retry.connect(_retried, weak=False)
    task_postrun.connect(_end, weak=False)
    worker_ready.connect(_worker_ready, weak=False)
    worker_shutdown.connect(_ended, weak=False)
    worker_process_init.connect(_child_ready, weak=False)
    worker_process_shutdown.connect(_ended, weak=False)
    beat_init.connect(_beat_ready, weak=False)
    current_app.steps["worker"].add(Liveness)


class Liveness(bootsteps.StartStopStep):  # type: ignore[misc]
    """Touches the file from the worker's own loop: one that hangs no longer does."""

    requires = {"celery.worker.components:Timer"}

    def start(self, worker: Any) -> None:
        touch()
        worker.timer.call_repeatedly(TOUCH_SECONDS, touch)


class Scheduler(PersistentScheduler):  # type: ignore[misc]
    """Celery's own, but that nothing can have run later than now, and that messages which nobody
    takes do not pile up."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._full: set[str] = set()
        super().__init__(*args, **kwargs)

    def tick(self, *args: Any, **kwargs: Any) -> Any:
        touch()
        self._follow_clock()
        return super().tick(*args, **kwargs)

    def apply_entry(self, entry: Any, producer: Any = None) -> None:
        queue = entry.options.get("queue", self.app.conf.task_default_queue)
        try:
            is_sent = has_room(queue)
        except redis.RedisError:
            is_sent = True  # Celery says what is wrong
        if is_sent:
            self._full.discard(queue)
            super().apply_entry(entry, producer=producer)
        elif queue not in self._full:
            self._full.add(queue)
            log.warning("queue_full", queue=queue)

    def _follow_clock(self) -> None:
        """Where the clock was set back, Celery would wait until it is right again."""
        now = self.app.now()
        late = [entry for entry in self.schedule.values() if entry.last_run_at > now]
        for entry in late:
            entry.last_run_at = now
        if late:
            self._heap = None  # made by the clock as it was

    def _ensure_connected(self) -> Any:
        def failed(error: Exception, pause: float) -> None:
            log.error("redis_away", error=str(error), again_in=pause)

        return self.connection.ensure_connection(failed, interval_max=LONGEST_PAUSE, callback=touch)


def touch() -> None:
    """Move the time of the file on by which a container's health check goes, where there is one."""
    if file := os.environ.get("LINKHUB_ALIVE_FILE"):
        Path(file).touch()


def _worker_ready(sender: Any, **_: Any) -> None:
    queues = sorted(queue.name for queue in sender.task_consumer.queues)
    reporter.begin(Role(Process.Kind.WORKER, sender.hostname, queues))


def _child_ready(**_: Any) -> None:
    reporter.begin(Role(None))


def _beat_ready(**_: Any) -> None:
    reporter.begin(Role(Process.Kind.BEAT, f"beat@{socket.gethostname()}:{os.getpid()}"))


def _ended(**_: Any) -> None:
    reporter.end()


def _begin(task_id: str, **_: Any) -> None:
    _began[task_id] = time.monotonic()


def _failed(task_id: str, **_: Any) -> None:
    _outcomes[task_id] = "failed"


def _retried(request: Any, **_: Any) -> None:
    _outcomes[request.id] = "retried"


def _end(task_id: str, task: Any, **_: Any) -> None:
    TASKS.add(1, task.name, _outcomes.pop(task_id, "done"))
    if (began := _began.pop(task_id, None)) is not None:
        TASK_SECONDS.observe(time.monotonic() - began, task.name)
