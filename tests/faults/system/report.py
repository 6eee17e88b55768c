"""`docs/reliability.md`, figures and all."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from pathlib import Path

from tests.faults.system.trial import HOLD, RATE, Measured

TEXT = """# Reliability

<!-- Written by `make test-faults`, figures and all: edit tests/faults/system/report.py instead. -->

What happens to LinkHub when something under it breaks, measured on real processes as
`manage.py serve` runs them: web, workers, beat, PostgreSQL and Redis.

## What is promised

- **What was accepted is there.** A run that was answered with 200 or 201 is stored, once, and its
  links come out right, whatever is killed afterwards. What was not answered is sent again by the
  client, as often as it likes: the outcome is the same.
- **The row is the queue.** What is to be resolved is a row in PostgreSQL, written with the run.
  Redis carries nudges alone: gone, emptied or full it delays links and loses nothing. Reading never
  needs it.
- **A worker holds a lease, never a lock.** What a killed worker had claimed is claimed again after
  `LINKHUB_LEASE_SECONDS`; what it may still have been doing is dropped.
- **What cannot be resolved stands alone.** It is tried again with growing pauses, rests with its
  error shown, and holds up nobody else.
- **A clock may step.** What waits for a time is due again at once when the clock is set back.

One `manage.py serve` has one web server: where that is killed or ends for a deploy, nobody answers
until it has started again. Several behind a load balancer leave no gap: `tests/upgrade` goes from
an older commit and its schema to this one under load, and no request fails.

## How it is measured

While {rate:g} runs a second come in by batches, the fault is brought about for about {hold:g}
seconds. The generator sends each batch until it is accepted and keeps a list of its own, with the
URLs that must come of it. Afterwards every run and every link in the database is compared with that
list, both ways. Runs come in other orders than their changes, and each seventh is changed.

A gap is the longest time between two successes, seen from outside: a batch accepted, `/go` leading
a signed-in person on, the newest run's links resolved. A fault's own length is in it. "All done"
is from the fault's beginning until nothing was left to resolve.

    make test-faults                                   everything; less than 15 minutes
    make test-faults ARGS="-k postgres"                some; the document stays as it is
    FAULTS_RATE=50 FAULTS_SECONDS=2 make test-faults   gentler

The clock is stepped for every process of one LinkHub, PostgreSQL's too, by a library that is loaded
before the C library's clock. The disk is a small file system that is filled to the last byte; only
root can make one. A worker that is killed before and after every single statement of a round is
`tests/faults/test_any_statement.py`.

## Figures

{machine}:

| what happens | recording gap | reading gap | resolving gap | all done after | runs | sent again |
|---|---|---|---|---|---|---|
{rows}
"""


def write(path: Path, measured: Sequence[Measured]) -> None:
    machine = f"{os.cpu_count()} processors, Python {platform.python_version()}"
    rows = "\n".join(map(_row, measured))
    path.write_text(TEXT.format(rate=RATE, hold=HOLD, machine=machine, rows=rows))


def _row(one: Measured) -> str:
    seconds = (one.recording, one.reading, one.resolving, one.seconds)
    gaps = " | ".join(f"{each:.1f} s" for each in seconds)
    return f"| {one.what} | {gaps} | {one.runs:,} | {one.tries:,} |"
