"""Where in a URL an expression stands, from the literal text before it.

What expressions contribute does not matter here: their values are encoded, or hold only host
characters or digits, so they cannot move the position.
"""

from __future__ import annotations

import re
from enum import Enum

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(//)?")
_BRACKETED = re.compile(r"\[[^\[\]]*\]")


class Position(Enum):
    """The part of a URL that comes next."""

    START = "start"
    SCHEME = "scheme"
    HOST = "host"
    PORT = "port"
    PATH = "path"
    QUERY = "query"
    FRAGMENT = "fragment"
    TEXT = "text"  # not a URL: a link's name, a provider's parameter

    @property
    def decides_host(self) -> bool:
        """Whether what stands here decides where the URL leads."""
        return self in _BEFORE_PATH


_BEFORE_PATH = frozenset({Position.START, Position.SCHEME, Position.HOST, Position.PORT})


def after_literal(position: Position, text: str) -> Position:
    """The position after literal text that began at `position`."""
    if not text or position is Position.TEXT:
        return position
    if position in (Position.START, Position.SCHEME):
        return _after_beginning(text)
    if position in (Position.HOST, Position.PORT):
        return _after_authority(position, text)
    return _after_path(position, text)


def after_expression(position: Position) -> Position:
    """The position after a value: one that begins the URL may be followed by more of its host."""
    return Position.HOST if position is Position.START else position


def _after_beginning(text: str) -> Position:
    scheme = _SCHEME.match(text)
    if scheme is None:
        relative = any(mark in text for mark in "/?#")
        return _after_path(Position.PATH, text) if relative else Position.SCHEME
    rest = text[scheme.end() :]
    # Without its `//`, or with half of it, a value could bring what is missing, and a host.
    return _after_authority(Position.HOST, rest) if scheme[1] else Position.SCHEME


def _after_authority(position: Position, text: str) -> Position:
    if text.startswith("://") and position is Position.HOST:
        # `{{ .scheme }}://`: what looked like a host was a scheme.
        return _after_authority(position, text[3:])
    end = re.search(r"[/?#]", text)
    if end:
        return _after_path(Position.PATH, text[end.start() :])
    if "@" in text:
        position, text = Position.HOST, text.rpartition("@")[2]
    return Position.PORT if ":" in _BRACKETED.sub("", text) else position


def _after_path(position: Position, text: str) -> Position:
    if "#" in text:
        return Position.FRAGMENT
    if "?" in text and position is Position.PATH:
        return Position.QUERY
    return position
