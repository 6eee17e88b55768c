"""Filters on times."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from linkhub.links.language import times
from linkhub.links.language.errors import Failed
from linkhub.links.language.filtering import (
    Apply,
    Bind,
    Datum,
    FilterKind,
    Notes,
    Takes,
    heedless,
    texts,
)
from linkhub.links.language.syntax import Argument
from linkhub.links.language.values import OpenEnd

_SECOND, _MS, _US = timedelta(seconds=1), timedelta(milliseconds=1), timedelta(microseconds=1)


def write_time(value: Datum, notes: Notes, *, seconds: bool) -> Datum:
    """A time in the form its variable has where no filter says otherwise; all else unchanged."""
    if not isinstance(value, (datetime, OpenEnd)):
        return value
    if seconds:
        return _written(value, notes, "", lambda time: times.since_epoch(time, _SECOND))
    return _written(value, notes, "", times.iso)


def _time(value: Datum) -> datetime | OpenEnd:
    if isinstance(value, bytes):
        raise Failed("compressed bytes are not a time")
    return times.as_time(value)


def _written(value: Datum, notes: Notes, word: str, write: Callable[[datetime], str]) -> str:
    """A time as text; an end that has not come is `word` where the tool has one, else now."""
    time = _time(value)
    if isinstance(time, OpenEnd):
        if word:
            return word
        notes.depends_on_now = True
    return write(times.moment(time))


def _shift(arguments: tuple[Argument, ...]) -> Apply:
    by = times.parse_duration(texts(arguments, 1)[0])
    return heedless(lambda value: times.shifted(_time(value), by))


def _epoch(unit: timedelta) -> Bind:
    def bind(arguments: tuple[Argument, ...]) -> Apply:
        word = texts(arguments, 1)[0] if arguments else ""

        def write(time: datetime) -> str:
            return times.since_epoch(time, unit)

        return lambda value, notes: _written(value, notes, word, write)

    return bind


def _iso(arguments: tuple[Argument, ...]) -> Apply:
    words = texts(arguments, len(arguments))
    milliseconds = words[:1] == ["ms"]
    word = words[1:] if milliseconds else words
    if len(word) > 1:
        raise ValueError('takes "ms" for milliseconds, and the tool\'s word for now')

    def write(time: datetime) -> str:
        return times.iso(time, milliseconds=milliseconds)

    return lambda value, notes: _written(value, notes, "".join(word), write)


_AT = "2024-01-02T03:04:05Z"

TIME_FILTERS = (
    FilterKind(
        "epoch",
        "Times",
        ("epoch", "epoch(WORD)"),
        "Seconds since 1970. WORD: what the tool calls now, written while the end has not come.",
        (_AT, "epoch", "1704164645"),
        Takes.TIME,
        _epoch(_SECOND),
    ),
    FilterKind(
        "epoch_ms",
        "Times",
        ("epoch_ms", "epoch_ms(WORD)"),
        "Milliseconds since 1970 (Grafana, Datadog).",
        (_AT, 'epoch_ms("now")', "1704164645000"),
        Takes.TIME,
        _epoch(_MS),
    ),
    FilterKind(
        "epoch_us",
        "Times",
        ("epoch_us", "epoch_us(WORD)"),
        "Microseconds since 1970 (Jaeger).",
        (_AT, "epoch_us", "1704164645000000"),
        Takes.TIME,
        _epoch(_US),
    ),
    FilterKind(
        "iso",
        "Times",
        ("iso", "iso(WORD)", 'iso("ms")', 'iso("ms", WORD)'),
        "ISO 8601 in UTC, with milliseconds where asked.",
        (_AT, 'iso("ms")', "2024-01-02T03:04:05.000Z"),
        Takes.TIME,
        _iso,
    ),
    FilterKind(
        "shift",
        "Times",
        ("shift(DURATION)",),
        "Moved by a duration such as `-5m` or `1h30m`; units s, m, h, d, w. An end that has not "
        "come stays so.",
        (_AT, 'shift("-5m")', "2024-01-02T02:59:05Z"),
        Takes.TIME,
        _shift,
    ),
)
