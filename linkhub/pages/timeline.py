"""When the actions of a run ran, attempt by attempt, on one scale for all of them.

The scale begins with the first of them and ends at a round number of steps behind the last, so
that the lines of the grid stand at quarters whatever the run's length.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, TypeAlias

from linkhub.lib.phases import FAILURE
from linkhub.pages.phases import can_change, shown_phase
from linkhub.pages.times import span

STEPS = 4
SECOND, MINUTE, HOUR, DAY = 1, 60, 3600, 86400
# Lengths of one step that read well, in seconds; longer ones are whole weeks.
ROUND = (
    *(SECOND * each for each in (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50)),
    *(MINUTE * each for each in (1, 1.5, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50)),
    *(HOUR * each for each in (1, 1.5, 2, 3, 4, 5, 6, 8, 10, 12, 15, 18)),
    *(DAY * each for each in (1, 1.5, 2, 3, 4, 5)),
)
WEEK = 7 * DAY
# What is shorter would not be seen, in percent of the scale.
NARROWEST = 0.6


# Phase, beginning, end.
Times: TypeAlias = tuple[str | None, datetime | None, datetime | None]


class Tried(NamedTuple):
    """One attempt, or an action of which none was recorded (`number` 0)."""

    number: int
    phase: str | None
    started_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of time, in percent of the scale; `tone` as a phase's."""

    start: float
    width: float
    tone: str
    words: str


@dataclass(frozen=True, slots=True)
class Bar:
    """What one row of the timeline shows; `words` say it to those who cannot see it."""

    segments: Sequence[Segment]
    words: str


@dataclass(frozen=True, slots=True)
class Scale:
    """From `start`, in `STEPS` steps; `marks` are the steps' beginnings in words."""

    start: datetime
    step: timedelta
    marks: tuple[str, ...]

    @classmethod
    def of(cls, moments: Iterable[datetime | None]) -> Scale | None:
        """The scale on which all the moments lie; None where there is no such thing."""
        given = [each for each in moments if each is not None]
        if not given:
            return None
        start, end = min(given), max(given)
        step = _step((end - start).total_seconds() / STEPS)
        marks = ("0", *(_mark(step * number) for number in range(1, STEPS)))
        return cls(start, step, marks)

    def bar(self, tried: Sequence[Tried], now: datetime) -> Bar:
        """`tried` in the order of their numbers."""
        followers = [each.started_at for each in tried[1:]]
        segments = [
            self._segment(each, each.started_at, _end(each, follower, now), len(tried) > 1)
            for each, follower in zip(tried, [*followers, None], strict=True)
            if each.started_at is not None
        ]
        return Bar(segments, "; ".join(each.words for each in segments) or "Not begun")

    def stretch(self, times: Iterable[Times], now: datetime) -> Bar | None:
        """Several actions as one, from the first one's beginning to the last one's end."""
        begun = [each for each in times if each[1] is not None]
        if not begun:
            return None
        start = min(start for _, start, _ in begun if start)
        end = max(_end(Tried(0, *each), None, now) for each in begun)
        phase = max((phase for phase, _, _ in begun), key=_urgency)
        whole = self._segment(Tried(0, phase, start, end), start, end, False)
        words = f"{span(end - start)} in all, from {span(start - self.start)} on"
        return Bar([Segment(whole.start, whole.width, whole.tone, words)], words)

    def _segment(
        self, tried: Tried, start: datetime, end: datetime, is_one_of_several: bool
    ) -> Segment:
        phase = shown_phase(tried.phase)
        whole = self.step * STEPS
        left = min(max((start - self.start) / whole * 100, 0), 100 - NARROWEST)
        width = min(max((end - start) / whole * 100, NARROWEST), 100 - left)
        name = f"attempt {tried.number}: " if is_one_of_several and tried.number else ""
        after = span(start - self.start)
        words = f"{name}{phase.word}, {span(end - start)}, from {after} on"
        return Segment(left, width, phase.tone, words)


def _urgency(phase: str | None) -> int:
    """What several actions are shown as: failed if one is, else going on if one does."""
    return 2 if phase in FAILURE else 1 if can_change(phase) else 0


def _end(tried: Tried, follower: datetime | None, now: datetime) -> datetime:
    """An attempt that never told its end went on until the next began, or goes on."""
    if tried.ended_at is not None:
        return tried.ended_at
    if follower is not None:
        return follower
    return now if can_change(tried.phase) else tried.started_at or now


def _step(seconds: float) -> timedelta:
    found = next((each for each in ROUND if each >= seconds), None)
    return timedelta(seconds=found or -(-seconds // WEEK) * WEEK)


def _mark(length: timedelta) -> str:
    """A length without what is nothing of it: `10m`, `1h 30m`, `2d`."""
    return " ".join(part for part in span(length).split() if part.strip("smhd0")) or "0"
