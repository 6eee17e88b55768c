"""Figures: how long something took beside its baseline, in rounds that take turns."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Ratio:
    """`name` beside `baseline`, one pair of seconds a round, each for `count` units of work.

    `bar` is what the ratio may be at most. `split` is the share of the time by step. `area` is
    the part of the bench that measured it.
    """

    name: str
    baseline: str
    unit: str
    area: str = ""
    count: int = 0
    runs: int = 0
    bar: float | None = None
    ours: list[float] = field(default_factory=list)
    theirs: list[float] = field(default_factory=list)
    split: dict[str, float] = field(default_factory=dict)
    processors: list[float] = field(default_factory=list)
    """The ratio of processor seconds, round by round, where they could be told."""

    @property
    def processor(self) -> float | None:
        """What of the ratio no other work on the machine can disturb."""
        return statistics.median(self.processors) if self.processors else None

    @property
    def rounds(self) -> list[float]:
        return [own / base for own, base in zip(self.ours, self.theirs, strict=True)]

    @property
    def median(self) -> float:
        return statistics.median(self.rounds)

    @property
    def spread(self) -> tuple[float, float]:
        return min(self.rounds), max(self.rounds)

    @property
    def best(self) -> float:
        """The quickest round of each side: what is left when other work disturbed neither."""
        return min(self.ours) / min(self.theirs)

    @property
    def verdict(self) -> str:
        if self.bar is None:
            return ""
        return "met" if self.median <= self.bar else "not met"


@dataclass
class Stopwatch:
    seconds: float = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds += time.perf_counter() - began


def timed(work: Callable[[], object]) -> float:
    """How many seconds `work` took."""
    watch = Stopwatch()
    with watch.running():
        work()
    return watch.seconds


def shares(seconds: dict[str, float]) -> dict[str, float]:
    """Each step's share of all of them."""
    whole = sum(seconds.values()) or 1.0
    return {name: part / whole for name, part in seconds.items()}
