"""Proof that a process is the one meant: its id alone may long belong to somebody else."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress

import psutil

from linkhub.embedded.environment import MARK

SERVERS = frozenset({"postgres", "valkey-server", "redis-server"})


def server_process(pid: int | None, *, argument: str, uid: int) -> psutil.Process | None:
    """The live process `pid` if it is a server of user `uid` started with `argument`.

    `argument` is the server's data directory. The answer also knows the process's start time,
    and refuses to signal a later process with the same id.
    """
    if pid is None or pid <= 0:
        return None
    try:
        process = psutil.Process(pid)
        with process.oneshot():
            is_it = (
                process.status() != psutil.STATUS_ZOMBIE
                and process.name() in SERVERS
                and process.uids().effective == uid
                and argument in process.cmdline()
            )
    except psutil.Error:
        return None
    return process if is_it else None


def marked_processes(mark: str) -> Iterator[psutil.Process]:
    """Every other live process that the `serve` with this mark started."""
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.environ().get(MARK) == mark:
                yield process
        except (psutil.Error, OSError):
            continue  # gone meanwhile, or not ours to look at


def has_ended(process: psutil.Process, within: float | None = None) -> bool:
    """Wait up to `within` seconds (or for ever) for the end of a process, anybody's child.

    A zombie has ended: psutil would wait for its parent, which may never look.
    """
    waited = _wait if hasattr(os, "pidfd_open") else _wait_without_pidfd
    if not waited(process, within):
        return False
    with suppress(ChildProcessError):  # not our child: its parent or init takes it
        os.waitpid(process.pid, os.WNOHANG)
    return True


def end(processes: Iterable[psutil.Process], *steps: tuple[int, float]) -> None:
    """Send each signal to those that still run, and wait that many seconds for them to end."""
    left = list(processes)
    for number, seconds in steps:
        for process in left:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)
        deadline = time.monotonic() + seconds
        left = [one for one in left if not has_ended(one, max(deadline - time.monotonic(), 0))]


def _wait(process: psutil.Process, within: float | None) -> bool:
    try:
        descriptor = os.pidfd_open(process.pid)
    except ProcessLookupError:
        return True
    try:
        if not process.is_running():  # the id is another process's by now
            return True
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        return bool(poll.poll(None if within is None else within * 1000))
    finally:
        os.close(descriptor)


def _wait_without_pidfd(process: psutil.Process, within: float | None) -> bool:
    """Outside Linux nothing tells a stranger of a process's end."""
    deadline = None if within is None else time.monotonic() + within
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        if deadline is not None and time.monotonic() >= deadline:
            return False
        time.sleep(0.02)
    return True
