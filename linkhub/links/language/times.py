"""Times in templates: reading, moving and writing them. All are UTC; a naive time counts as UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from linkhub.links.language.errors import Failed
from linkhub.links.language.values import OpenEnd, Value

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS = re.compile(r"-?[0-9]{1,12}")
_DURATION = re.compile(r"[+-]?(?:[0-9]{1,9}[smhdw])+")
_STEP = re.compile(r"([0-9]+)([smhdw])")
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


def as_time(value: Value) -> datetime | OpenEnd:
    """Read a value as a time: whole seconds since 1970, or ISO 8601. Raises Failed."""
    if isinstance(value, OpenEnd):
        return OpenEnd(_aware(value.now))
    if isinstance(value, datetime):
        return _aware(value)
    text = str(value)
    try:
        if _DIGITS.fullmatch(text):
            return EPOCH + timedelta(seconds=int(text))
        return _aware(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        raise Failed(f"`{text[:40]}` is not a time") from None


def moment(value: datetime | OpenEnd) -> datetime:
    """The instant meant: now for an end that has not come."""
    return value.now if isinstance(value, OpenEnd) else value


def parse_duration(text: str) -> timedelta:
    """`-5m`, `+1h30m`, `90s`; units s, m, h, d, w. Raises ValueError."""
    if not _DURATION.fullmatch(text):
        raise ValueError('expected a duration such as "-5m" or "1h30m"')
    seconds = sum(int(number) * _SECONDS[unit] for number, unit in _STEP.findall(text))
    try:
        return timedelta(seconds=-seconds if text.startswith("-") else seconds)
    except OverflowError:
        raise ValueError("this duration is too long") from None


def shifted(value: datetime | OpenEnd, by: timedelta) -> datetime | OpenEnd:
    """The time moved by a duration; an open end stays open. Raises Failed outside years 1-9999."""
    try:
        if isinstance(value, OpenEnd):
            return OpenEnd(value.now + by)
        return value + by
    except OverflowError:
        raise Failed("`shift` leads outside the calendar") from None


def since_epoch(value: datetime, unit: timedelta) -> str:
    """Whole units since 1970, rounded down. Exact: no floating point."""
    return str((value - EPOCH) // unit)


def iso(value: datetime, *, milliseconds: bool = False) -> str:
    """`2024-01-02T03:04:05Z`, or with `.000` before the Z."""
    precision = "milliseconds" if milliseconds else "seconds"
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=precision) + "Z"


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    return value
