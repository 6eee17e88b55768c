"""The time that a link shows: from a start to an end, each a little wider than what it is for.

Log lines and points of a metric stand slightly before and after what they belong to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from linkhub.links.language.catalogue import Level
from linkhub.links.language.errors import Failed
from linkhub.links.language.times import as_time, parse_duration, shifted
from linkhub.links.language.values import OpenEnd
from linkhub.links.providers.base import Parameter, Request

PADDING: Final = Parameter(
    "padding",
    "Padding",
    "Time added before the start and after the end, such as `30s`, `5m` or `1h`.",
    default="5m",
)

_STARTS: Final = (
    "podRFC3339StartTime",
    "attemptStartTime",
    "actionStartTime",
    "runStartTime",
    "runCreatedTime",
)
_ENDS: Final = ("podRFC3339FinishTime", "attemptEndTime", "actionEndTime", "runEndTime")


@dataclass(frozen=True, slots=True)
class Moment:
    """A padded time and the variable behind it; no time where none of the variables has one."""

    time: datetime | OpenEnd | None
    variable: str | None


def variables_of(level: Level) -> tuple[Sequence[str], Sequence[str]]:
    """The starts and ends that a link of that level takes, the best first."""
    if level is Level.POD:
        return _STARTS, _ENDS
    if level is Level.RUN:
        return ("runStartTime", "runCreatedTime"), ("runEndTime",)
    return ("startTime", *_STARTS[2:]), ("endTime", *_ENDS[2:])


def padded(
    request: Request, starts: Sequence[str], ends: Sequence[str], padding: str
) -> tuple[Moment, Moment]:
    """Start and end, moved apart by the padding; raises Failed where that is no duration."""
    by = read_padding(padding)
    return _first(request, starts, -by), _first(request, ends, by)


@lru_cache(maxsize=256)
def read_padding(text: str) -> timedelta:
    try:
        padding = parse_duration(text if text != "0" else "0s")
    except ValueError as error:
        raise Failed(f"parameter `padding` is `{text[:40]}`: {error}") from None
    return abs(padding)


def _first(request: Request, names: Sequence[str], by: timedelta) -> Moment:
    for name in names:
        value = request.value(name)
        if value is not None:
            time = as_time(value)
            # An end that has not come is now, which needs no padding.
            return Moment(time if isinstance(time, OpenEnd) else shifted(time, by), name)
    return Moment(None, None)
