"""What Flyte's local store says of a failure, in words.

A task's error is stored as the text of a Python object around a protobuf message:
`Error(err=code: "ValueError"\nmessage: "no such file"\nkind: USER\n…, recoverable=True)`.
That of a run is the message alone.
"""

from __future__ import annotations

import re

QUOTED = r'"((?:[^"\\]|\\.)*)"'
STORED = re.compile(rf"Error\(err=(?:code: {QUOTED}\s+)?(?:message: {QUOTED}\s)?", re.DOTALL)
# The escapes of protobuf's text format.
ESCAPE = re.compile(r"\\(?:([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|(.))", re.DOTALL)
NAMED = {"n": "\n", "r": "\r", "t": "\t", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


def readable(error: str) -> str:
    """`ValueError: no such file`; a text of another form stays as it is."""
    found = STORED.match(error)
    if found is None:
        return error
    parts = [ESCAPE.sub(_unescape, part) for part in found.groups() if part]
    return ": ".join(parts) or error


def _unescape(found: re.Match[str]) -> str:
    octal, hexadecimal, named = found.groups()
    if octal:
        return chr(int(octal, 8))
    if hexadecimal:
        return chr(int(hexadecimal, 16))
    return NAMED.get(named, named)
