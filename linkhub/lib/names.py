"""Names of projects, runs and actions as one segment of LinkHub's own paths.

Django quotes what a converter returns and matches on the decoded path, where a `/` that was `%2F`
could no longer be told from a separator, and where browsers and proxies fold `.` and `..` away.
So these few travel under an escape of our own.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

MAX_LENGTH = 255

_ESCAPE = re.compile(r"~(.{0,2})", re.DOTALL)
_ESCAPED = {"7E": "~", "2F": "/", "2E": "."}
_UNSAVED = frozenset({"Cc", "Cs"})


@lru_cache(maxsize=8_192)
def check_name(name: str) -> str | None:
    """What is wrong with a name, as a sentence; None where nothing is."""
    if not 1 <= len(name) <= MAX_LENGTH:
        return f"A name has 1 to {MAX_LENGTH} characters."
    if not name.isprintable() and any(unicodedata.category(each) in _UNSAVED for each in name):
        return "A name has no control characters."
    return None


def to_segment(name: str) -> str:
    """The name as a path segment, still to be percent-encoded (as `reverse` does)."""
    if name in (".", ".."):
        return name.replace(".", "~2E")
    return name.replace("~", "~7E").replace("/", "~2F")


def from_segment(segment: str) -> str:
    """The name of a segment that is percent-decoded already (as Django's is).

    Raises ValueError for an escape that is not ours, and for what can be no name.
    """
    name = _ESCAPE.sub(_unescape, segment)
    problem = check_name(name)
    if problem:
        raise ValueError(problem)
    return name


def _unescape(found: re.Match[str]) -> str:
    character = _ESCAPED.get(found[1].upper())
    if character is None:
        raise ValueError(f"{found[0]} is not an escape")
    return character


class NameConverter:
    """Django's path converter for one name: `<name:run>`."""

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        """The name; a ValueError is a path that is not there."""
        return from_segment(value)

    def to_url(self, value: str) -> str:
        """The segment. Raises ValueError for what can be no name."""
        problem = check_name(value)
        if problem:
            raise ValueError(problem)
        return to_segment(value)
