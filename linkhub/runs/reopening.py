"""Phase and end of a run or action, from all that was observed of it, in whatever order.

An end is undone by a reopening: an attempt that began after it, or a later document that says so.
The two are measured by different clocks. Attempts are compared by when things happened, so that
a connector may report late; documents by their stamps. What an undone end hid counts again.

The stamps of a row keep, beside those of its fields:

    reopened     the latest stamp of a document that said so
    given_end    the end as it was given, undone or not, in microseconds since 1970
    times        by terminal phase: when it was reached, as far as its latest document knew
    first_end    the earliest stamp, and the earliest such time, of any terminal phase
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from linkhub.lib.phases import TERMINAL
from linkhub.runs.merge import Observable, claim, from_stamp, highest, observe, to_stamp

REOPENED = "reopened"
GIVEN_END = "given_end"
TIMES = "times"
FIRST_END = "first_end"
NEVER = -1
# Fields that are made of what was observed.
DERIVED = ("phase", "ended_at", "reopened_at")


class Endable(Observable, Protocol):
    ended_at: datetime | None
    reopened_at: datetime | None


@dataclass(frozen=True, slots=True)
class Reopening:
    """The latest of each kind, as stamps: when an attempt began, and when a document said so."""

    retried: int = NEVER
    demanded: int = NEVER


NONE = Reopening()


def observe_end(row: Endable, phase: str | None, ended_at: datetime | None, stamp: int) -> bool:
    """Note that `phase` was seen at `stamp`, as ended at `ended_at`; return whether it is news."""
    held = row.observed.get(phase, NEVER) if phase is not None else NEVER
    news = observe(row, phase, stamp)
    if phase not in TERMINAL or phase is None:
        return news
    time = stamp if ended_at is None else min(stamp, to_stamp(ended_at))
    times = row.stamps.setdefault(TIMES, {})
    if stamp > held or (stamp == held and time < times.get(phase, stamp)):
        times[phase] = time
        news = True
    first = row.stamps.get(FIRST_END, [stamp, time])
    earliest = [min(first[0], stamp), min(first[1], time)]
    news = news or earliest != first
    row.stamps[FIRST_END] = earliest
    return news


def note_demand(row: Endable, stamp: int) -> bool:
    """Note that a document of `stamp` reopens the row; return whether that is news."""
    if row.stamps.get(REOPENED, NEVER) >= stamp:
        return False
    row.stamps[REOPENED] = stamp
    return True


def note_end(row: Endable, ended_at: datetime | None, stamp: int) -> bool:
    """Note an end that a reopening may undo; return whether that is news."""
    given = None if ended_at is None else to_stamp(ended_at)
    if not claim(row, "ended_at", given, row.stamps.get(GIVEN_END), stamp):
        return False
    row.stamps[GIVEN_END] = given
    return True


def latest_retry(attempts: Iterable[Any]) -> int:
    """When the latest of the higher attempts began that were seen unfinished."""
    return max(
        (
            to_stamp(attempt.started_at)
            for attempt in attempts
            if attempt.number > 1
            and attempt.started_at is not None
            and (not attempt.observed or not TERMINAL.issuperset(attempt.observed))
        ),
        default=NEVER,
    )


def latest(found: Iterable[tuple[datetime | None, int | None]]) -> Reopening:
    """The latest of each kind of several rows: when retried, and the stamp of a demand."""
    retried, demanded = zip(*found, strict=True)
    return Reopening(
        max((to_stamp(each) for each in retried if each is not None), default=NEVER),
        max((each for each in demanded if each is not None), default=NEVER),
    )


def has_ended(row: Endable) -> bool:
    """Whether the row was ever seen in a terminal phase."""
    return not TERMINAL.isdisjoint(row.observed)


def settle(row: Endable, reopening: Reopening) -> set[str]:
    """Derive phase and end from what was observed and `reopening`; return what changed."""
    held, changed = row.__dict__, set()
    for name, value in zip(DERIVED, _derived(row, reopening), strict=True):
        if held[name] != value:
            held[name] = value
            changed.add(name)
    return changed


def _derived(row: Endable, reopening: Reopening) -> tuple[Any, ...]:
    """The values of `DERIVED`."""
    if reopening == NONE or not has_ended(row):
        # Nothing is undone: of most rows, and told from the rest at a fraction of the cost.
        given = row.stamps.get(GIVEN_END)
        return highest(row.observed), None if given is None else from_stamp(given), None
    times = row.stamps.get(TIMES, {})
    undone = [
        stamp
        for phase, stamp in row.observed.items()
        if phase in TERMINAL
        and (stamp < reopening.demanded or times.get(phase, stamp) < reopening.retried)
    ]
    last = max(undone, default=NEVER)
    return (
        highest({phase: at for phase, at in row.observed.items() if at > last}),
        _end(row, reopening),
        from_stamp(reopening.retried) if _is_retried(row, reopening) else None,
    )


def _end(row: Endable, reopening: Reopening) -> datetime | None:
    given = row.stamps.get(GIVEN_END)
    if given is None:
        return None
    first_stamp, _ = row.stamps.get(FIRST_END, (reopening.demanded, None))
    demanded = first_stamp < reopening.demanded
    undone = (demanded and row.stamps["ended_at"] < reopening.demanded) or (
        _is_retried(row, reopening) and given < reopening.retried
    )
    return None if undone else from_stamp(given)


def _is_retried(row: Endable, reopening: Reopening) -> bool:
    """Had any end been reached before the attempt began?"""
    _, first_time = row.stamps.get(FIRST_END, (None, reopening.retried))
    return bool(first_time < reopening.retried)
