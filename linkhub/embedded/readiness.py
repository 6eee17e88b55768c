"""How workers and beat tell the supervisor that they are ready: one line of their output."""

from __future__ import annotations

import os
from typing import Any

from celery.signals import beat_init, worker_ready

MESSAGE = b"linkhub: ready\n"


def announce() -> None:
    """Have this process write the line once it is ready."""
    worker_ready.connect(_write, weak=False)
    beat_init.connect(_write, weak=False)


def _write(**_: Any) -> None:
    os.write(1, MESSAGE)
