"""What a LinkHub takes while it runs: memory, connections, what waits to be resolved."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

import psutil

from tests.faults.system.running import System
from tests.faults.system.ticking import Ticking

CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"


@dataclass(frozen=True)
class Sample:
    at: float
    web: int
    """Bytes that web processes have to themselves."""
    workers: int
    """Those of the workers that resolve."""
    others: int
    """Those of the other workers and beat."""
    broker: int
    """Bytes of Redis, resident."""
    connections: int
    pending: int


class Watch(Ticking):
    """Takes a sample every so many seconds, in a thread, until `stop`."""

    def __init__(self, system: System, every: float) -> None:
        self.samples: list[Sample] = []
        super().__init__(lambda: self.samples.append(sample(system)), every)


def sample(system: System) -> Sample:
    broker = system.broker()
    everything = sum(map(_own_memory, system.parts()))
    web = sum(map(_own_memory, system.parts("granian")))
    workers = sum(map(_own_memory, system.parts("worker", "resolve")))
    with system.database() as database:
        found = database.execute(CONNECTIONS).fetchone()
    return Sample(
        at=time.monotonic(),
        web=web,
        workers=workers,
        others=everything - web - workers,
        broker=broker.memory_info().rss if broker else 0,
        connections=int(found[0]) if found else 0,
        pending=system.pending(),
    )


def thirds(
    samples: Sequence[Sample], what: Callable[[Sample], float]
) -> tuple[float, float, float]:
    """The medians of the first, the middle and the last third."""
    size = len(samples) // 3
    parts = (samples[:size], samples[size : 2 * size], samples[2 * size :])
    first, middle, last = (median(map(what, part)) for part in parts)
    return first, middle, last


def _own_memory(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().uss)
    except psutil.Error:
        return 0
