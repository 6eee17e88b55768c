"""`postmaster.pid`, the lock file that PostgreSQL keeps in its data directory."""

from __future__ import annotations

import os
from pathlib import Path

NAME = "postmaster.pid"
STATUS_LINE = 7  # src/include/miscadmin.h: LOCK_FILE_LINE_PM_STATUS, counted from 0


def read_pid(data: Path) -> int | None:
    first = _lines(data)[:1]
    return int(first[0]) if first and first[0].lstrip("-").isdigit() else None


def is_ready(data: Path) -> bool:
    lines = _lines(data)
    return len(lines) > STATUS_LINE and lines[STATUS_LINE].strip() == "ready"


def disown(data: Path) -> None:
    """Let the next server take over a lock file whose process is not one.

    After a crash its id may long belong to another process, and PostgreSQL, which only asks
    whether such a process lives, would refuse to start for ever. It does accept its own
    parent's id as left over. The rest of the file stays: by its shared memory key PostgreSQL
    still finds out whether processes of the crashed server are alive.
    """
    path = data / NAME
    lines = _lines(data)
    if lines:
        lines[0] = str(os.getpid())
        with path.open("r+", encoding="ascii") as file:  # in place: the owner must not change
            file.truncate()
            file.write("\n".join(lines) + "\n")


def _lines(data: Path) -> list[str]:
    try:
        return (data / NAME).read_text(encoding="ascii", errors="replace").splitlines()
    except FileNotFoundError:
        return []
