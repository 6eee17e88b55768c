"""Recording in batches, validation included, beside COPY of the same rows of all tables."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from benchmarks.copying import RECORDED, copy_in, copy_out, delete
from benchmarks.measuring import Ratio, Stopwatch, shares
from benchmarks.processor import TICK, Meter
from benchmarks.runs import BLOCK, PROJECTS, documents
from linkhub.accounts.models import Project
from linkhub.runs.documents import RunDocument
from linkhub.runs.record import RunWrite, record_batch

BAR = 3.0
# Far from the blocks that fill the database.
FIRST_BLOCK = 900_000
# Not the newest of all: their workflows' latest runs stay the same.
NEW = 1

Named = tuple[str, str, str, dict[str, Any]]


def measure(*, batch: int, actions: int, size: int, rounds: int) -> Ratio:
    """Record `batch` new runs, then COPY the rows that came of it."""
    ratio = Ratio(
        name=f"batch ingest, {batch:,} new runs",
        baseline="COPY of the same rows of all tables, Pending too",
        unit="runs",
        area="ingest",
        count=batch,
        runs=size,
        bar=BAR,
    )
    watches = {step: Stopwatch() for step in ("validate", "record")}
    for number in range(rounds + 1):
        lines = _lines(FIRST_BLOCK + number * 1000, batch, actions)
        own = {step: Stopwatch() for step in watches}
        meter = Meter()
        runs = _record(lines, own)
        own_processor = meter.read()
        finished = copy_out(RECORDED, runs)
        delete(RECORDED, runs)
        copying, meter = Stopwatch(), Meter()
        with copying.running():
            copy_in(finished)
        processor = own_processor / max(meter.read(), TICK)
        delete(RECORDED, runs)
        if number:  # the first one warms up
            ratio.ours.append(sum(watch.seconds for watch in own.values()))
            ratio.theirs.append(copying.seconds)
            ratio.processors.append(processor)
            for step, watch in own.items():
                watches[step].seconds += watch.seconds
    ratio.split = shares({step: watch.seconds for step, watch in watches.items()})
    return ratio


def record(named: Sequence[Named]) -> list[int]:
    """Record the documents in one batch; return their runs' ids."""
    return _record([_line(one) for one in named], {step: Stopwatch() for step in STEPS})


STEPS = ("validate", "record")
Line = tuple[str, str, str, bytes]


def _line(named: Named) -> Line:
    project, domain, name, document = named
    return project, domain, name, json.dumps(document).encode()


def _lines(first_block: int, number: int, actions: int) -> list[Line]:
    blocks = range(first_block, first_block + math.ceil(number / BLOCK))
    named = (one for block in blocks for one in documents(block, actions=actions, age=NEW))
    return [_line(one) for one, _ in zip(named, range(number), strict=False)]


def _record(lines: Sequence[Line], watches: dict[str, Stopwatch]) -> list[int]:
    projects = {name: Project.objects.get_or_create(name=name)[0] for name in PROJECTS}
    with watches["validate"].running():
        writes = [
            RunWrite(projects[project], domain, name, RunDocument.model_validate_json(text))
            for project, domain, name, text in lines
        ]
    with watches["record"].running():
        recorded = record_batch(writes)
    return [run.pk for run, _ in recorded]
