"""Figures that are no ratios: seconds, bytes, processor seconds, each with its unit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """`value` in `unit`, with `runs` stored; `bar` is what it may be at most.

    `about` says under which conditions, in a few words. `key` is what programs know it by.
    """

    key: str
    name: str
    value: float
    unit: str
    runs: int = 0
    bar: float | None = None
    about: str = ""

    @property
    def verdict(self) -> str:
        if self.bar is None:
            return ""
        return "met" if self.value <= self.bar else "not met"
