"""Where a subject stands in its life, and what a link's lifecycle rules make of that.

Pure functions of recorded facts and `now`. Terminal is what has ended itself, what is inside
something that has, and an attempt after which there is another.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from linkhub.lib.phases import PENDING, TERMINAL
from linkhub.links.resolving.facts import ActionFacts, AttemptFacts, PodFacts, RunFacts

NEVER_GIVEN = "running"


class Life(NamedTuple):
    """`phase` is the subject's own, a pod's that of its attempt, a project's empty.

    `ended_at` is the earliest end of the subject and of what contains it, where one is known;
    only what is terminal has one.
    """

    phase: str
    terminal: bool
    ended_at: datetime | None

    @property
    def pending(self) -> bool:
        return not self.terminal and self.phase in PENDING


FOR_EVER = Life("", False, None)


def life_of_run(run: RunFacts) -> Life:
    terminal = run.phase in TERMINAL
    return Life(run.phase or NEVER_GIVEN, terminal, run.ended_at if terminal else None)


def life_of_action(run: RunFacts, action: ActionFacts) -> Life:
    ends = []
    if run.phase in TERMINAL:
        ends.append(run.ended_at)
    if action.container_terminal:
        ends.append(action.container_ended_at)
    if action.phase in TERMINAL:
        ends.append(action.ended_at)
    return Life(action.phase or NEVER_GIVEN, bool(ends), _earliest(ends))


def life_of_attempt(outer: Life, attempts: Iterable[AttemptFacts], attempt: AttemptFacts) -> Life:
    """`outer` is the action's life, `attempts` all of its attempts."""
    ends = [outer.ended_at] if outer.terminal else []
    if attempt.phase in TERMINAL:
        ends.append(attempt.ended_at)
    ends += [other.started_at for other in attempts if other.number > attempt.number]
    return Life(attempt.phase or NEVER_GIVEN, bool(ends), _earliest(ends))


def life_of_pod(outer: Life, pod: PodFacts) -> Life:
    """`outer` is the attempt's life. A pod has no phase; its recorded end is one."""
    if pod.ended_at is None:
        return outer
    ends = [pod.ended_at, outer.ended_at] if outer.terminal else [pod.ended_at]
    return Life(outer.phase, True, _earliest(ends))


def _earliest(ends: Iterable[datetime | None]) -> datetime | None:
    return min((end for end in ends if end is not None), default=None)


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """A link's rules; the defaults change nothing."""

    show_while_pending: bool = True
    hide_once_finished: bool = False
    ttl: timedelta | None = None

    def verdict(self, life: Life, now: datetime) -> Verdict:
        if life.pending and not self.show_while_pending:
            return Verdict("hidden", f"Hidden while {life.phase}.", None)
        if life.terminal and self.hide_once_finished:
            return Verdict("hidden", "Hidden once finished.", None)
        if self.ttl is None or life.ended_at is None:
            return SHOWN
        expires_at = _later(life.ended_at, self.ttl)
        if expires_at is not None and now >= expires_at:
            at = expires_at.strftime("%Y-%m-%d %H:%M UTC")
            return Verdict("expired", f"Expired on {at}.", expires_at)
        return Verdict("", "", expires_at)


class Verdict(NamedTuple):
    """`state` is hidden, expired, or empty where the rules let the link be shown."""

    state: str
    reason: str
    expires_at: datetime | None


SHOWN = Verdict("", "", None)


def _later(moment: datetime, by: timedelta) -> datetime | None:
    """None where the sum is past the end of the calendar: such a link never expires."""
    try:
        return moment + by
    except OverflowError:
        return None
