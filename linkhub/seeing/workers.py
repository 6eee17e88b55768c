"""What workers and beat tell of themselves: that they live, and what their tasks came to."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path
from typing import Any

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
from linkhub.seeing.models import Process
from linkhub.seeing.reporting import Role, reporter

TOUCH_SECONDS = 5.0

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
    """Celery's own, which touches the file whenever it looks what is due."""

    def tick(self, *args: Any, **kwargs: Any) -> Any:
        touch()
        return super().tick(*args, **kwargs)


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
