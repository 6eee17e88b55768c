"""Merging what is said of one row, so that order and repetition of messages never matter.

Each field, and each key of a map, keeps the stamp of what it holds, in microseconds since 1970,
deletions included. The later stamp wins; of equal stamps, the greater canonical JSON. A phase is
a function of all that was observed, so every observation's latest stamp is kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from linkhub.runs.phases import RANK, TERMINAL

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MAPS = frozenset({"labels", "variables", "task_config"})
# Where the stamps keep the end of a run or action as it was given, before any reopening.
GIVEN_END = "given_end"


class Mergeable(Protocol):
    stamps: dict[str, Any]


class Observable(Mergeable, Protocol):
    observed: dict[str, int]
    phase: str | None
    started_at: datetime | None
    ended_at: datetime | None


def to_stamp(moment: datetime) -> int:
    """Microseconds since 1970, exactly (a float would lose them)."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def from_stamp(stamp: int) -> datetime:
    return EPOCH + timedelta(microseconds=stamp)


def canonical(value: Any) -> str:
    """One text per JSON value: sorted keys, no blanks, times as ISO 8601 in UTC."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain
    )


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    raise TypeError(f"{type(value).__name__} has no canonical JSON")


def wins(stamp: int, value: Any, held_stamp: int | None, held: Any) -> bool:
    """Does `value` at `stamp` replace what is held?"""
    if held_stamp is None or stamp != held_stamp:
        return held_stamp is None or stamp > held_stamp
    return canonical(value) > canonical(held)


def merge_fields(row: Mergeable, given: Mapping[str, Any], stamp: int) -> tuple[set[str], bool]:
    """Merge `given` into `row`; return the fields whose value changed, and whether to save.

    A value that is only confirmed changes nothing that shows, but its newer stamp is to be saved.
    """
    changed, dirty = set(), False
    for name, value in given.items():
        if name in MAPS:
            value_changed, stamped = _merge_map(row, name, value, stamp)
        else:
            value_changed, stamped = _merge_value(row, name, value, stamp)
        dirty = dirty or stamped
        if value_changed:
            changed.add(name)
    return changed, dirty


def claim(row: Mergeable, name: str, value: Any, held: Any, stamp: int) -> bool:
    """Does `value` replace `held` as the row's `name`? If so its stamp is noted."""
    won = wins(stamp, value, row.stamps.get(name), held)
    if won:
        row.stamps[name] = stamp
    return won


def _merge_value(row: Mergeable, name: str, value: Any, stamp: int) -> tuple[bool, bool]:
    held = getattr(row, name)
    if not claim(row, name, value, held, stamp):
        return False, False
    setattr(row, name, value)
    return held != value, True


def _merge_map(
    row: Mergeable, name: str, given: Mapping[str, str | None] | None, stamp: int
) -> tuple[bool, bool]:
    """Maps merge by key. Null for the whole map deletes every key up to its stamp: the floor."""
    values: dict[str, str] = getattr(row, name)
    stamps: dict[str, int] = row.stamps.setdefault(name, {})
    before = dict(values)
    floor_name = f"{name}/"
    if given is None:
        dirty = stamp > row.stamps.get(floor_name, -1)
        if dirty:
            row.stamps[floor_name] = stamp
        keys: Mapping[str, str | None] = dict.fromkeys(values)
    else:
        dirty, keys = False, given
    floor = row.stamps.get(floor_name, -1)
    for key, value in keys.items():
        held_stamp = max(stamps.get(key, -1), floor)
        if wins(stamp, value, None if held_stamp < 0 else held_stamp, values.get(key)):
            stamps[key] = stamp
            dirty = True
            if value is None:
                values.pop(key, None)
            else:
                values[key] = value
    return values != before, dirty


def observe(row: Observable, phase: str | None, stamp: int) -> bool:
    """Note that `phase` was seen at `stamp`; return whether that is news."""
    if phase is None or row.observed.get(phase, -1) >= stamp:
        return False
    row.observed[phase] = stamp
    return True


def note_reopening(row: Mergeable, stamp: int) -> bool:
    """Note an explicit reopening at `stamp`; return whether that is news."""
    if row.stamps.get("reopened", -1) >= stamp:
        return False
    row.stamps["reopened"] = stamp
    return True


def reopening(row: Observable, others: Iterable[int]) -> int | None:
    """The stamp of the reopening that counts, of the explicit one and `others`.

    It counts where a terminal phase was observed before it.
    """
    latest = max([*others, row.stamps.get("reopened", -1)], default=-1)
    ended = any(phase in TERMINAL and at < latest for phase, at in row.observed.items())
    return latest if ended else None


def retries(attempts: Iterable[Any]) -> list[int]:
    """When higher attempts began that were seen unfinished: each may reopen its action."""
    return [
        to_stamp(attempt.started_at)
        for attempt in attempts
        if attempt.number > 1
        and attempt.started_at is not None
        and (not attempt.observed or not TERMINAL.issuperset(attempt.observed))
    ]


def note_end(row: Observable, ended_at: datetime | None, stamp: int) -> bool:
    """Note an end that a reopening may take back; return whether that is news.

    It is kept as it was given: which reopening counts can still change with what arrives late.
    """
    given = None if ended_at is None else to_stamp(ended_at)
    if not claim(row, "ended_at", given, row.stamps.get(GIVEN_END), stamp):
        return False
    row.stamps[GIVEN_END] = given
    return True


def highest(observed: Mapping[str, int]) -> str | None:
    """The highest phase of those observed, of equals the latest, then the greater name."""
    return max(observed, key=lambda name: (RANK[name], observed[name], name), default=None)


def settle(row: Observable, reopened: int | None) -> set[str]:
    """Derive phase and end from what was observed since `reopened`; return what changed."""
    seen = {phase: at for phase, at in row.observed.items() if reopened is None or at >= reopened}
    phase = highest(seen)
    given = row.stamps.get(GIVEN_END)
    taken_back = reopened is not None and row.stamps.get("ended_at", -1) < reopened
    ended_at = None if given is None or taken_back else from_stamp(given)
    changed = set()
    if phase != row.phase:
        row.phase = phase
        changed.add("phase")
    if ended_at != row.ended_at:
        row.ended_at = ended_at
        changed.add("ended_at")
    return changed
