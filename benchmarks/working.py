"""What work costs: memory of worker and web server, processor seconds of recording and resolving.

A real worker process finds a backlog; the seconds are its own and the database's together.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from random import Random

import psutil

from benchmarks import page_cases, processes
from benchmarks.client import send
from benchmarks.copying import RECORDED, RESOLVED, delete
from benchmarks.costs import Cost
from benchmarks.ingesting import FIRST_BLOCK, NEW, record
from benchmarks.own_home import OwnHome
from benchmarks.processor import Meter
from benchmarks.resolving import choose, units
from benchmarks.runs import BLOCK, documents
from benchmarks.subjects import subjects
from benchmarks.web import options_of, serving
from linkhub.celery import app
from linkhub.embedded.serving import parts
from linkhub.links.models import Link
from linkhub.runs import pending
from linkhub.runs.models import Pending
from linkhub.runs.nudges import nudge

WORKER_BAR, PATIENCE, PAUSE = 300.0, 3600.0, 0.2
MILLION, THOUSAND = 1_000_000, 1000
RECORDED_BLOCKS, PAGES = 10, 100
FIRST_RECORDED = FIRST_BLOCK + 95_000
UNIT = "processor seconds"


def measure(*, home: OwnHome, size: int, actions: int, backlog: int, seed: int) -> Iterator[Cost]:
    yield _recording(size, actions)
    yield from _resolving(home, size, backlog, seed)
    yield from _showing(home, size, actions)


def _recording(size: int, actions: int) -> Cost:
    blocks = range(FIRST_RECORDED, FIRST_RECORDED + RECORDED_BLOCKS)
    several = [list(documents(block, actions=actions, age=NEW)) for block in blocks]
    meter, runs = Meter(), []
    for named in several:
        runs += record(named)
    value = meter.read() / len(runs) * MILLION
    delete(RECORDED, runs)
    about = f"in batches of {BLOCK}, {actions} action{'s' * (actions > 1)} each"
    return Cost("record_seconds", "recording a million runs", value, UNIT, size, about=about)


def _resolving(home: OwnHome, size: int, backlog: int, seed: int) -> Iterator[Cost]:
    chosen = choose(backlog, Random(f"{seed}/backlog"))
    delete(RESOLVED, chosen)
    [worker, *_] = parts.background(options_of(home))
    with processes.running(home, worker) as process:
        _until_ready()
        meter = _Spent(process)
        pending.mark(units(chosen))
        _until_resolved()
        own, database = meter.read()
        peak = processes.peak_megabytes(process)
    links = Link.objects.filter(run__in=chosen).count()
    found = f"{len(chosen):,} runs with {links:,} links waited"
    yield Cost("worker_memory", "a worker's peak memory", peak, "MB", size, WORKER_BAR, found)
    yield Cost(
        "resolve_seconds",
        "resolving and storing a million links",
        (own + database) / links * MILLION,
        UNIT,
        size,
        about=f"worker {own / (own + database):.0%}, database {database / (own + database):.0%}",
    )


def _until_ready() -> None:
    """A worker answers. Raises TimeoutError where none does."""
    deadline = time.monotonic() + PATIENCE
    while not app.control.ping(timeout=1):
        if time.monotonic() > deadline:
            raise TimeoutError("the worker did not start")


def _until_resolved() -> None:
    deadline = time.monotonic() + PATIENCE
    while Pending.objects.exists():
        nudge()
        if time.monotonic() > deadline:
            raise TimeoutError("the worker did not resolve what waited")
        time.sleep(PAUSE)


def _showing(home: OwnHome, size: int, actions: int) -> Iterator[Cost]:
    with subjects(size, actions) as about, serving(home) as web:
        for case in page_cases.cases(web, about):
            send(web.port, case.ours(8), connections=8, status=200)
        meter = _Spent(web.process)
        table = page_cases.of_instance(web)
        send(web.port, table.ours(PAGES), connections=8, status=200)
        own, database = meter.read()
        peak = processes.peak_megabytes(web.process)
    yield Cost(
        "web_memory", "a web process's peak memory", peak, "MB", size, about="all pages shown"
    )
    yield Cost(
        "page_seconds",
        "a thousand all-workflow pages",
        (own + database) / PAGES * THOUSAND,
        UNIT,
        size,
        about=f"web server {own / (own + database):.0%}, database the rest",
    )


class _Spent:
    """Processor seconds of a process with its children, and of the database, from now on."""

    def __init__(self, process: psutil.Process) -> None:
        self._both = process, processes.database()
        self._before = [processes.processor_seconds(each) for each in self._both]

    def read(self) -> tuple[float, float]:
        own, database = (
            processes.processor_seconds(each) - before
            for each, before in zip(self._both, self._before, strict=True)
        )
        return own, database
