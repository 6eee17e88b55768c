"""Processor seconds of this process and of the database's processes, all together.

A worker writes through a second connection, whose server process may have ended already.
"""

from __future__ import annotations

import time
from contextlib import suppress

import psutil

from benchmarks.processes import database, processor_seconds

# What the server's seconds are counted in, at least.
TICK = 0.01


def spent() -> float:
    """Seconds so far; those of the server come in hundredths."""
    own = time.process_time()
    with suppress(psutil.AccessDenied):  # another account's, on systems that keep them apart
        return own + processor_seconds(database())
    return own


class Meter:
    """The seconds from its making on."""

    def __init__(self) -> None:
        self._began = spent()

    def read(self) -> float:
        return spent() - self._began
