"""Merging what is said of one row, so that order and repetition of messages never matter.

Each field, and each key of a map, keeps the stamp of what it holds, in microseconds since 1970,
deletions included. The later stamp wins; of equal stamps, the greater canonical JSON. Phase and
end of runs and actions are a function of all that was observed: see `linkhub/runs/reopening.py`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, cast

from linkhub.lib.phases import RANK

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MAPS = frozenset({"labels", "variables", "task_config"})
# What null leaves behind in a column where that is not the empty text.
EMPTY: dict[str, Any] = dict.fromkeys(
    ("context", "started_at", "ended_at", "worker_index", "workflow")
) | {"replaces_task_links": False, "primary": False}
# Where the stamps keep which fields null has emptied: an empty column does not tell.
NULLS = "nulls"


class Mergeable(Protocol):
    stamps: dict[str, Any]


class Observable(Mergeable, Protocol):
    """What has a phase: `observed` keeps, per phase, the latest stamp at which it was seen."""

    observed: dict[str, int]
    phase: str | None


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
    # Mostly it is the same message again, and writing both as JSON would cost the most of all.
    return value != held and canonical(value) > canonical(held)


def merge_fields(
    row: Mergeable, given: Mapping[str, Any], stamp: int, **empty: Any
) -> tuple[set[str], bool]:
    """Merge `given` into `row`; return the fields whose value changed, and whether to save.

    A value that is only confirmed changes nothing that shows, but its newer stamp is to be saved.
    `empty` says what null leaves behind where `EMPTY` does not.
    """
    empty = EMPTY | empty if empty else EMPTY
    stamps, held = row.stamps, row.__dict__
    changed, dirty = set(), False
    for name, value in given.items():
        if name in MAPS:
            value_changed, stamped = _merge_map(row, name, value, stamp)
        elif value is not None and name not in stamps:
            # Said for the first time, as most of a new row is: nothing to compare with.
            value_changed, stamped = held[name] != value, True
            stamps[name] = stamp
            held[name] = value
        else:
            value_changed, stamped = _merge_value(row, name, value, stamp, empty.get(name, ""))
        dirty = dirty or stamped
        if value_changed:
            changed.add(name)
    return changed, dirty


def claim(row: Mergeable, name: str, value: Any, held: Any, stamp: int) -> bool:
    """Does `value` (None: null) replace `held` as the row's `name`? If so its stamp is noted."""
    nulls = row.stamps.get(NULLS, ())
    if not wins(stamp, value, row.stamps.get(name), None if name in nulls else held):
        return False
    row.stamps[name] = stamp
    if value is None and EMPTY.get(name, "") is not None:
        row.stamps[NULLS] = sorted({*nulls, name})
    elif name in nulls:
        row.stamps[NULLS] = sorted({*nulls} - {name})
    return True


def _merge_value(
    row: Mergeable, name: str, value: Any, stamp: int, empty: Any
) -> tuple[bool, bool]:
    held = getattr(row, name)
    if not claim(row, name, value, held, stamp):
        return False, False
    new = empty if value is None else value
    setattr(row, name, new)
    return held != new, True


def _merge_map(
    row: Mergeable, name: str, given: Mapping[str, str | None] | None, stamp: int
) -> tuple[bool, bool]:
    """Maps merge by key. Null for the whole map deletes every key up to its stamp: the floor."""
    values: dict[str, str] = getattr(row, name)
    stamps: dict[str, int] = row.stamps.setdefault(name, {})
    floor_name = f"{name}/"
    if given and not stamps and floor_name not in row.stamps and None not in given.values():
        # As in `merge_fields`: said for the first time.
        values.update(cast(Mapping[str, str], given))
        stamps.update(dict.fromkeys(given, stamp))
        return True, True
    before = dict(values)
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


def highest(observed: Mapping[str, int]) -> str | None:
    """The highest phase of those observed, of equals the latest, then the greater name."""
    if len(observed) == 1:
        return next(iter(observed))
    return max(observed, key=lambda name: (RANK[name], observed[name], name), default=None)
