"""Whom the request at hand came from, for what is logged and audited far below its view.

Outside of a request, as in a command or a worker, there is no caller.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """`address` is an IP address as text, empty where a socket has none."""

    address: str
    request_id: str


_current: ContextVar[Caller | None] = ContextVar("caller", default=None)


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
