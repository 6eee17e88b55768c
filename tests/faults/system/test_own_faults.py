"""Faults that need a LinkHub of their own: `make test-faults`."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from linkhub.embedded import launcher
from tests.faults.system.clock import Clock
from tests.faults.system.faults import full_disk
from tests.faults.system.running import System, own_folder, system
from tests.faults.system.trial import Measured, trial

pytestmark = pytest.mark.faults
HOUR = 3600
# Megabytes of the file system that is filled: before that, PostgreSQL and its log have room.
DISK = 900


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


@contextmanager
def own_disk(path: Path) -> Iterator[Path]:
    """A small file system of its own at `path`; only root can make one."""
    path.mkdir(mode=0o711)
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK}m,mode=711", "none", str(path)]
    if os.geteuid() != 0 or subprocess.run(command, check=False).returncode:
        pytest.skip("only root can make a file system to fill")
    try:
        yield path
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)
