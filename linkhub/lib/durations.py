"""Times to live as text: a number and a unit, such as `30d`, `12h` or Flyte's `3600s`."""

from __future__ import annotations

import re
from datetime import timedelta

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)([smhdw])", re.ASCII)
_SIZES = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


def parse_duration(text: str) -> timedelta:
    """Raises ValueError, in words that say what it should be."""
    if (match := _DURATION.fullmatch(text)) is None:
        raise ValueError("must be a number and a unit (s, m, h, d or w), such as 30d")
    try:
        return timedelta(**{_UNITS[match[2]]: float(match[1])})
    except OverflowError as error:
        raise ValueError("is too long a duration") from error


def format_duration(duration: timedelta) -> str:
    """The duration in the largest unit that divides it: `30d`, never `720h`."""
    seconds = duration.total_seconds()
    for unit, size in _SIZES:
        if seconds % size == 0:
            return f"{int(seconds // size)}{unit}"
    return f"{seconds:f}".rstrip("0") + "s"
