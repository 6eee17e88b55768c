"""Whom the request at hand came from, for what is logged and audited far below its view.

Outside of a request, as in a command or a worker, there is no caller.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """`address` is an IP address as text, empty where a socket has none."""

    address: str
    request_id: str


_FIT = re.compile(r"[\w.:/+=-]{8,64}", re.ASCII)
_current: ContextVar[Caller | None] = ContextVar("caller", default=None)


def request_id_of(given: str) -> str:
    """The id that a proxy gave a request, where it is fit for a log; else a new one."""
    return given if _FIT.fullmatch(given) else secrets.token_hex(8)


def current_caller() -> Caller | None:
    return _current.get()


@contextmanager
def calling(caller: Caller) -> Iterator[None]:
    """What happens inside is done for `caller`."""
    token = _current.set(caller)
    try:
        yield
    finally:
        _current.reset(token)
