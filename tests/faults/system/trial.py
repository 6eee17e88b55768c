"""One fault's trial: load, the fault, everything accepted is there and right; and how long what
was away, seen from outside."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.system.load import CHANGED, DEFINITIONS, ENDED, PROJECT, Expected, Load, run_name
from tests.faults.system.probes import Probe, goes, longest_gap, resolves
from tests.faults.system.running import System, until

RATE = float(os.environ.get("FAULTS_RATE", "200"))
# How long faults last that have a length; before them, and at least after them, the load runs.
HOLD = float(os.environ.get("FAULTS_SECONDS", "5"))
BEFORE = 2.0
AFTER = 3.0
# The longest that resolving may take to be done with what a fault left: leases run out first.
DONE_SECONDS = 180.0
STORED = """
    SELECT r.name, l.key, coalesce(pod.name, ''), l.url
    FROM links_link AS l JOIN runs_run AS r ON r.id = l.run_id
    JOIN accounts_project AS p ON p.id = r.project_id
    LEFT JOIN runs_pod AS pod ON pod.id = l.pod_id
    WHERE p.name = %s AND r.domain = %s AND l.key = ANY(%s) AND l.state = 'ready'
"""
RUNS = """
    SELECT r.name, r.context->>'id', r.phase FROM runs_run AS r
    JOIN accounts_project AS p ON p.id = r.project_id WHERE p.name = %s AND r.domain = %s
"""


@dataclass(frozen=True)
class Measured:
    """Seconds of the longest gap of each service, from the fault's beginning to the load's end."""

    slug: str
    what: str
    recording: float
    reading: float
    resolving: float
    runs: int
    seconds: float
    """From the fault's beginning until everything was resolved."""
    tries: int
    """Batches that were not taken and had to be sent again."""


def trial(
    system: System, slug: str, what: str, inject: Callable[[System, str, float], None]
) -> Measured:
    """Do it. Raises AssertionError where anything accepted is lost, doubled or wrong."""
    load = Load(system.port, system.token, slug, RATE)
    load.start()
    probes = []
    try:
        until(lambda: load.latest is not None, 30)
        until(lambda: count(system, slug) > 0, 60)
        reading = Probe(goes(load, system.session, run_name(0)))
        resolving = Probe(resolves(load))
        probes = [reading, resolving]
        time.sleep(BEFORE)
        began = time.monotonic()
        inject(system, slug, HOLD)
        time.sleep(AFTER)
        until(lambda: all(probe.times and probe.times[-1] > began for probe in probes), 120)
    finally:
        load.stop()
        ended = time.monotonic()
        for probe in probes:
            probe.stop()
    until(lambda: system.pending() == 0, DONE_SECONDS)
    done = time.monotonic()
    check(system, load)
    gaps = [longest_gap(times, began, ended) for times in _times(load, reading, resolving)]
    return Measured(slug, what, *gaps, len(load.accepted), done - began, len(load.refused))


def check(system: System, load: Load) -> None:
    """Every accepted run is stored once, as it was said, and has exactly its links."""
    with system.database() as database:
        runs = database.execute(RUNS, [PROJECT, load.domain]).fetchall()
        found = database.execute(STORED, [PROJECT, load.domain, list(DEFINITIONS)]).fetchall()
    assert sorted(runs) == sorted(_said(load, number) for number in load.accepted)
    expected = sorted(load.expected())
    wrong = _differences(sorted(found), expected)
    assert not wrong, f"{len(wrong)} of {len(expected)} links are wrong, such as {wrong[:5]}"


def _said(load: Load, number: int) -> tuple[str, str, str]:
    phase = "succeeded" if number % ENDED == 0 else "running"
    changed = "b" if number % CHANGED == 0 else ""
    return run_name(number), f"i{number}{changed}", phase


def _differences(found: list[Expected], expected: list[Expected]) -> list[Expected]:
    """Those that are on one side alone, or more often."""
    if found == expected:
        return []
    missing, extra = set(expected) - set(found), set(found) - set(expected)
    return sorted(missing | extra) or [one for one in found if found.count(one) > 1]


def _times(load: Load, reading: Probe, resolving: Probe) -> tuple[list[float], ...]:
    return load.answered, reading.times, resolving.times


def count(system: System, domain: str) -> int:
    with system.database() as database:
        found = database.execute(STORED, [PROJECT, domain, list(DEFINITIONS)]).fetchall()
    return len(found)
