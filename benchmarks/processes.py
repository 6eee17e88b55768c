"""Processes that the bench starts, as `serve` starts them: what they take of memory and processor.

Memory is the most that a process ever had resident, as the kernel keeps it.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from django.db import connection

from benchmarks.own_home import ROOT, OwnHome
from linkhub.embedded.serving.parts import Part

MEGABYTE = 1_000_000


@contextmanager
def running(home: OwnHome, part: Part) -> Iterator[psutil.Process]:
    log = (home.path / "logs" / f"{part.name.lower()}.log").open("ab")
    process = subprocess.Popen(
        part.command, cwd=ROOT, env=home.environment(), stdout=log, stderr=log
    )
    try:
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(60)
        log.close()


def peak_megabytes(process: psutil.Process) -> float:
    """Of the largest of a process and its children. Raises FileNotFoundError but on Linux."""
    return max(_peak(each.pid) for each in _tree(process)) / MEGABYTE


def processor_seconds(process: psutil.Process) -> float:
    """Of a process and its children so far, those that have ended included."""
    root, times = process.cpu_times(), []
    for each in _tree(process):
        with suppress(psutil.NoSuchProcess):  # ended meanwhile
            times.append(each.cpu_times())
    ended = root.children_user + root.children_system
    return float(ended + sum(time.user + time.system for time in times))


def database() -> psutil.Process:
    """The database's first process: all others are its children."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    parent = psutil.Process(pid).parent()
    if parent is None:
        raise RuntimeError("the database's own process is not to be seen")
    return parent


def _tree(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def _peak(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0
