"""Faults in real processes under steady ingest: `make test-faults`."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from linkhub.embedded import launcher
from tests.faults.system.clock import Clock
from tests.faults.system.faults import FAULTS, SLOW_CLASS, Fault, full_disk
from tests.faults.system.report import write
from tests.faults.system.running import System, own_folder, system
from tests.faults.system.trial import Measured, trial

pytestmark = pytest.mark.faults
HOUR = 3600
# The file system of the full disk, and how much of it is left for a database that grows.
DISK = 900


@pytest.fixture(scope="module")
def measured() -> Iterator[list[Measured]]:
    """What the trials measured; written where FAULTS_DOCUMENT says."""
    found: list[Measured] = []
    yield found
    if path := os.environ.get("FAULTS_DOCUMENT"):
        write(Path(path), found)


@pytest.fixture(scope="module")
def running() -> Iterator[System]:
    with own_folder() as folder, system(folder, LINKHUB_LINK_CLASSES=SLOW_CLASS) as one:
        yield one


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.slug for fault in FAULTS])
def test_nothing_accepted_is_lost(fault: Fault, running: System, measured: list[Measured]) -> None:
    measured.append(trial(running, fault.slug, fault.what, fault.inject))


def test_a_clock_that_steps_loses_nothing(measured: list[Measured]) -> None:
    with own_folder() as folder:
        clock = Clock(folder, launcher.at(folder / "home"))

        def step(_: System, domain: str, seconds: float) -> None:
            """An hour on, back, another hour back, and right again."""
            for offset in (HOUR, 0, -HOUR, 0):
                clock.step(offset)
                time.sleep(seconds)

        with system(folder, **clock.environment) as one:
            what = "the wall clock of all processes steps by an hour, on and back, four times"
            measured.append(trial(one, "clock", what, step))


def test_a_full_disk_loses_nothing(measured: list[Measured]) -> None:
    with own_folder() as folder, own_disk(folder / "disk") as disk:

        def fill(_: System, domain: str, seconds: float) -> None:
            with full_disk(disk):
                time.sleep(seconds)

        with system(disk) as one:
            what = "the disk of PostgreSQL, Redis and the logs is full, then has room again"
            measured.append(trial(one, "full-disk", what, fill))


class own_disk:
    """A small file system of its own at `path`; only root can make one."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Path:
        self.path.mkdir(mode=0o711)
        command = ["mount", "-t", "tmpfs", "-o", f"size={DISK}m,mode=711", "none", str(self.path)]
        if os.geteuid() != 0 or subprocess.run(command, check=False).returncode:
            pytest.skip("only root can make a file system to fill")
        return self.path

    def __exit__(self, *_: object) -> None:
        subprocess.run(["umount", "--lazy", str(self.path)], check=True)
