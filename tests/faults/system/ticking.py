"""Something that is done again and again beside a test."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Ticking:
    """Calls `tick` every so many seconds, in a thread, until `stop`."""

    def __init__(self, tick: Callable[[], None], every: float) -> None:
        self._tick, self._every = tick, every
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(self._every):
            self._tick()
