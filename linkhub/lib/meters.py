"""What a process counts of its own doing, held in memory until somebody takes and stores it.

Counting is adding to a dictionary under a lock: cheap enough for every request and every batch.
`linkhub/seeing` stores what all processes counted together.
"""

from __future__ import annotations

import os
import threading
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

SUM: Final = "sum"
INFINITE: Final = "+Inf"
QUICK: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
PATIENT: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0)


class Series(NamedTuple):
    """One number that grows: of a metric, for values of its labels; of a histogram, the bucket
    that ends at `part`, or its sum."""

    metric: str
    labels: tuple[str, ...]
    part: str = ""


class Held:
    """The numbers of one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers: dict[Series, float] = {}
        # What a parent counted is its own to store, and its lock may be held by a thread of it.
        os.register_at_fork(after_in_child=self._begin_anew)

    def _begin_anew(self) -> None:
        self._lock = threading.Lock()
        self._numbers = {}

    def add(self, amounts: Iterable[tuple[Series, float]]) -> None:
        with self._lock:
            for series, amount in amounts:
                self._numbers[series] = self._numbers.get(series, 0.0) + amount

    def take(self) -> Mapping[Series, float]:
        """All that was counted since the last time; who cannot store it adds it again."""
        with self._lock:
            taken, self._numbers = self._numbers, {}
        return taken


held = Held()


@dataclass(frozen=True, slots=True)
class Counter:
    """`name` without the `_total` that Prometheus wants at its end."""

    name: str
    help: str
    labels: tuple[str, ...] = ()

    def add(self, amount: float = 1, *labels: str) -> None:
        held.add([(Series(self.name, labels), amount)])


@dataclass(frozen=True, slots=True)
class Histogram:
    """`bounds` are the ends of its buckets, ascending; the last one is open."""

    name: str
    help: str
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = QUICK

    def observe(self, value: float, *labels: str, times: int = 1) -> None:
        held.add(self._amounts(value, labels, times))

    def observe_each(self, values: Iterable[float], *labels: str) -> None:
        held.add([each for value in values for each in self._amounts(value, labels, 1)])

    def _amounts(
        self, value: float, labels: tuple[str, ...], times: int
    ) -> list[tuple[Series, float]]:
        at = bisect_left(self.bounds, value)
        end = str(self.bounds[at]) if at < len(self.bounds) else INFINITE
        return [
            (Series(self.name, labels, end), times),
            (Series(self.name, labels, SUM), value * times),
        ]


DOCUMENTS = Counter(
    "linkhub_documents_recorded", "Documents of runs and actions that were recorded."
)
RESOLVED = Counter(
    "linkhub_units_resolved", "Units (actions, runs, projects) that workers resolved.", ("lane",)
)
WAITED = Histogram(
    "linkhub_unit_wait_seconds",
    "From a unit being marked to its links being stored.",
    ("lane",),
    PATIENT,
)
BATCH_SECONDS = Histogram(
    "linkhub_batch_seconds", "How long workers took for one claimed batch.", ("lane",)
)
FAILED_UNITS = Counter("linkhub_units_failed", "Units whose resolving failed, each attempt.")
LINKS = Counter(
    "linkhub_links_resolved", "Links that came out of resolving, by state.", ("tool", "state")
)
REQUESTS = Counter("linkhub_http_requests", "Requests answered.", ("route", "method", "status"))
REQUEST_SECONDS = Histogram(
    "linkhub_http_request_seconds", "How long views took to answer.", ("route",)
)
PUT_OFF = Counter(
    "linkhub_recording_put_off", "Requests to record that were put off: too much waits already."
)
TASKS = Counter("linkhub_tasks", "Celery tasks that ended.", ("task", "outcome"))
TASK_SECONDS = Histogram("linkhub_task_seconds", "How long Celery tasks took.", ("task",), PATIENT)

ALL: Final[tuple[Counter | Histogram, ...]] = (
    DOCUMENTS,
    RESOLVED,
    WAITED,
    BATCH_SECONDS,
    FAILED_UNITS,
    LINKS,
    REQUESTS,
    REQUEST_SECONDS,
    PUT_OFF,
    TASKS,
    TASK_SECONDS,
)
