"""Minutes of steady load at half of what this machine can: `make test-soak`, MINUTES= (10).

Slow growth shows as a last third that is above the middle one; the first third is warming up.
"""

from __future__ import annotations

import os
import time

import pytest

from tests.faults.system.load import SENDERS, Load
from tests.faults.system.running import System, own_folder, system, until
from tests.faults.system.trial import DONE_SECONDS, check
from tests.faults.system.watching import Watch, thirds
from tests.figures import keep_figures, machine

pytestmark = pytest.mark.soak
MINUTES = float(os.environ.get("MINUTES", "10"))
# Of the measuring: warming up, then as fast as it goes.
WARMING, MEASURING = 10.0, 20.0
SHARE = 0.5
MEGABYTE = 1024 * 1024
# What the last third may have beyond the middle one.
MEMORY, CONNECTIONS = 1.1, 2
# Seconds' worth of units that may wait at a time: one for a run, and one for its action.
WAITING = 10
# So many runs are sent at once at most while the capacity is measured.
MOST = 5000.0


def capacity(one: System) -> float:
    """Runs a second that are recorded and resolved, until nothing is left of them."""
    load = Load(one.port, one.token, "capacity", MOST, most_waiting=SENDERS)
    load.start()
    time.sleep(WARMING)
    before, began = len(load.accepted), time.monotonic()
    time.sleep(MEASURING)
    load.abandon()
    until(lambda: one.pending() == 0, DONE_SECONDS)
    return (len(load.accepted) - before) / (time.monotonic() - began)


def test_half_the_capacity_goes_on_for_ever() -> None:
    with own_folder() as folder, system(folder) as one:
        rate = SHARE * capacity(one)
        load = Load(one.port, one.token, "soak", rate)
        watch = Watch(one, every=max(1.0, MINUTES))
        load.start()
        try:
            time.sleep(60 * MINUTES)
        finally:
            watch.stop()
            load.stop()
        until(lambda: one.pending() == 0, DONE_SECONDS)
        check(one, load)
    samples = watch.samples
    web = thirds(samples, lambda each: each.web / MEGABYTE)
    workers = thirds(samples, lambda each: each.workers / MEGABYTE)
    others = thirds(samples, lambda each: each.others / MEGABYTE)
    broker = thirds(samples, lambda each: each.broker / MEGABYTE)
    connections = thirds(samples, lambda each: each.connections)
    pending = thirds(samples, lambda each: each.pending)
    said = (
        f"{rate:.0f} runs a second for {MINUTES:g} minutes: {len(load.accepted):,} runs, each"
        f" stored once and resolved right; {len(load.refused)} batches were sent again."
        f" {machine()}.\n\n"
        "| medians of the | first third | middle | last third |\n|---|---|---|---|\n"
        f"| memory of web, MB | {_columns(web)} |\n"
        f"| memory of the workers that resolve, MB | {_columns(workers)} |\n"
        f"| memory of the others and beat, MB | {_columns(others)} |\n"
        f"| memory of Redis, MB | {_columns(broker)} |\n"
        f"| connections to PostgreSQL | {_columns(connections)} |\n"
        f"| units that wait | {_columns(pending)} |"
    )
    print(f"\n{said}")
    assert load.refused == []
    for memory in (web, workers, others, broker):
        assert memory[2] <= MEMORY * memory[1]
    assert connections[2] <= connections[1] + CONNECTIONS
    assert pending[2] <= max(2 * pending[1], WAITING * rate)
    keep_figures("reliability.md", "the soak", said)


def _columns(three: tuple[float, float, float]) -> str:
    return " | ".join(f"{each:,.0f}" for each in three)
