"""Processor seconds of this process and of its database connection's server process."""

from __future__ import annotations

import time
from contextlib import suppress

import psutil
from django.db import connection

# What the server's seconds are counted in, at least.
TICK = 0.01


def spent() -> float:
    """Seconds so far; those of the server come in hundredths."""
    own = time.process_time()
    with suppress(psutil.AccessDenied):  # another account's, on systems that keep them apart
        server = psutil.Process(connection.connection.info.backend_pid).cpu_times()
        return own + server.user + server.system
    return own


class Meter:
    """The seconds from its making on."""

    def __init__(self) -> None:
        self._began = spent()

    def read(self) -> float:
        return spent() - self._began
