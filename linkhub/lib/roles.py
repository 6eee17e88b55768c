"""What this process is for, known before the settings are read: time-outs go by it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import PurePath


class Role(StrEnum):
    """A command is run by somebody who waits for its end, as for a migration's."""

    WEB = "web"
    WORKER = "worker"
    BEAT = "beat"
    COMMAND = "command"


_current = Role.COMMAND


def current() -> Role:
    return _current


def be(role: Role) -> None:
    """Called by each kind of process where it begins."""
    global _current
    _current = role


def role_of(command_line: Sequence[str]) -> Role:
    """Of a process of Celery's by its words (`celery …`, `python -m celery …`); else a command."""
    program, *words = command_line or [""]
    if "celery" in PurePath(program).parts[-2:]:
        for role in (Role.WORKER, Role.BEAT):
            if role in words:
                return role
    return Role.COMMAND
