"""How long to wait before something that ended is started again."""

from __future__ import annotations

import asyncio
import time

SHORTEST, LONGEST = 0.5, 30.0
# What ran this long was well: its next end is not one of a series.
WELL_AFTER = 60.0


class Pauses:
    """Pauses that double from one to the next, in seconds."""

    def __init__(self) -> None:
        self._next = SHORTEST
        self._since = time.monotonic()

    @property
    def next(self) -> float:
        if time.monotonic() - self._since > WELL_AFTER:
            self._next = SHORTEST
        return self._next

    async def take(self) -> None:
        pause = self.next
        await asyncio.sleep(pause)
        self._next = min(pause * 2, LONGEST)
        self._since = time.monotonic()
