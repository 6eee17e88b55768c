"""The table of faults in `docs/reliability.md`."""

from __future__ import annotations

from collections.abc import Sequence

from tests.faults.system.trial import HOLD, RATE, Measured
from tests.figures import machine

HEAD = """\
| what happens | recording gap | reading gap | resolving gap | all done after | runs | sent again |
|---|---|---|---|---|---|---|
"""


def table(measured: Sequence[Measured]) -> str:
    said = f"{RATE:g} runs a second, faults of {HOLD:g} seconds. {machine()}:\n\n"
    return said + HEAD + "\n".join(map(_row, measured))


def _row(one: Measured) -> str:
    seconds = (one.recording, one.reading, one.resolving, one.seconds)
    gaps = " | ".join(f"{each:.1f} s" for each in seconds)
    return f"| {one.what} | {gaps} | {one.runs:,} | {one.tries:,} |"
