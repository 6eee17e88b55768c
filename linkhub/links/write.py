"""Storing outcomes: the one place that writes Link and Resolved.

One transaction a batch, locks in the order that every writer keeps: runs in natural order
(shared: an outcome only refers to them), then Pending rows in natural order, then links. An
outcome whose Pending row or claim is gone is dropped: somebody else has the unit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import orjson
from django.db import connection, transaction

from linkhub.links import sql
from linkhub.links.backlinks.asked import ask_for_backlinks
from linkhub.links.models import Link, State
from linkhub.links.outcomes import Identity, Outcome, Row
from linkhub.links.stored import rows_of
from linkhub.runs.days import mark_days
from linkhub.runs.models import Pending
from linkhub.runs.nudges import nudge_on_commit
from linkhub.runs.pending import Unit, mark
from linkhub.runs.rows import bulk_cursor

# A Python link in one of these states shows nothing that is worth keeping until it is run again.
NOTHING_TO_KEEP = frozenset({State.HIDDEN.value, State.EXPIRED.value})


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored of one link, as far as writing has to know."""

    id: int
    digest: bytes
    provider: str
    state: str


@dataclass(frozen=True, slots=True)
class Locks:
    """`held`: the generation by id of the rows whose claim still holds; `python`: the Python
    lane's rows of the same units; `days`: by workflow id, those of the units' runs.
    """

    held: Mapping[int, int]
    python: Mapping[Unit, int]
    days: Collection[tuple[int, date]]


def store(
    outcomes: Sequence[Outcome], *, change: int, backlinks: Collection[int] = frozenset()
) -> int:
    """Write what the main lane resolved at the counter's value `change`; return how many units.

    `backlinks` are the definitions whose links ask for a way back.

    Only what changed is written. Links that wait for the Python lane are handed over to it in
    the same transaction; for a unit without any, what that lane may still be doing is void.
    """
    with transaction.atomic():
        locks = _lock(outcomes, Pending.Lane.MAIN)
        kept = [outcome for outcome in outcomes if outcome.claimed.id in locks.held]
        if kept:
            _hand_over(kept, locks.python)
            _write_links(kept)
            ask_for_backlinks(kept, backlinks)
            _write_resolved([one for one in kept if one.facts is not None], change)
            _finish(kept, locks.held)
            mark_days(locks.days)
    return len(kept)


def store_python(outcome: Outcome) -> bool:
    """Write what the Python lane resolved; return whether the claim still held.

    Links of the unit that the main lane has dropped meanwhile stay dropped.
    """
    with transaction.atomic():
        locks = _lock([outcome], Pending.Lane.PYTHON)
        if locks.held:
            stored = _stored([outcome.claimed.unit])[outcome.claimed.unit]
            rows = {key: row for key, row in outcome.rows.items() if key in stored}
            _upsert(_changed(rows, stored, frozenset()))
            _finish([outcome], locks.held)
            mark_days(locks.days)
    return bool(locks.held)


def _lock(outcomes: Sequence[Outcome], lane: Pending.Lane) -> Locks:
    """Lock the Pending rows of the outcomes.

    The main lane locks its units' rows of the Python lane too: whoever writes a unit's links
    holds them.
    """
    claims = {outcome.claimed.id: outcome.claimed.claim for outcome in outcomes}
    units = [outcome.claimed.unit for outcome in outcomes]
    others = units if lane is Pending.Lane.MAIN else []
    with connection.cursor() as cursor:
        cursor.execute(sql.LOCK_RUNS, [sorted({unit.run_id for unit in units if unit.run_id})])
        days = {(workflow, day) for workflow, day in cursor.fetchall() if workflow is not None}
        cursor.execute(
            sql.LOCK_PENDING,
            {
                "ids": list(claims),
                "actions": [unit.action_id for unit in others if unit.action_id],
                "runs": [unit.run_id for unit in others if unit.run_id and not unit.action_id],
                "projects": [unit.project_id for unit in others if not unit.run_id],
            },
        )
        locked = cursor.fetchall()
    return Locks(
        held={pk: generation for pk, generation, claim, *_ in locked if claims.get(pk) == claim},
        python={Unit(*unit): pk for pk, _, _, *unit in locked if pk not in claims},
        days=days,
    )


def _hand_over(outcomes: Sequence[Outcome], python: Mapping[Unit, int]) -> None:
    waiting: dict[int, list[Unit]] = defaultdict(list)
    decided = []
    for outcome in outcomes:
        if outcome.undecided:
            waiting[outcome.claimed.priority].append(outcome.claimed.unit)
        else:
            decided.append(outcome.claimed.unit)
    for priority, units in waiting.items():
        mark(units, lane=Pending.Lane.PYTHON, priority=Pending.Priority(priority))
        nudge_on_commit(Pending.Lane.PYTHON)
    if void := [python[unit] for unit in decided if unit in python]:
        Pending.objects.filter(pk__any_of=void).delete()


def _write_links(outcomes: Sequence[Outcome]) -> None:
    stored = _stored([outcome.claimed.unit for outcome in outcomes])
    changed: list[Row] = []
    gone: list[int] = []
    for outcome in outcomes:
        of_unit = stored[outcome.claimed.unit]
        changed += _changed(outcome.rows, of_unit, outcome.undecided)
        gone += [link.id for identity, link in of_unit.items() if identity not in outcome.rows]
    if gone:
        Link.objects.filter(pk__any_of=gone).delete()
    _upsert(changed)


def _stored(units: Collection[Unit]) -> dict[Unit, dict[Identity, Stored]]:
    columns = ("attempt_id", "pod_id", "key", "pk", "digest", "provider", "state")
    found: dict[Unit, dict[Identity, Stored]] = defaultdict(dict)
    for unit, (attempt, pod, key, pk, digest, *rest) in rows_of(Link, units, *columns):
        found[unit][attempt, pod, key] = Stored(pk, bytes(digest), *rest)
    return found


def _changed(
    rows: Mapping[Identity, Row],
    stored: Mapping[Identity, Stored],
    undecided: Collection[Identity],
) -> list[Row]:
    return [
        row
        for identity, row in rows.items()
        if (held := stored.get(identity)) is None
        or (_is_void(held, row) if identity in undecided else held.digest.hex() != row["digest"])
    ]


def _is_void(held: Stored, row: Row) -> bool:
    """Whether a Python link has to wait anew: else its last URL stays until the next is there."""
    return held.provider != row["provider"] or held.state in NOTHING_TO_KEEP


def _upsert(rows: list[Row]) -> None:
    if rows:
        with bulk_cursor() as cursor:
            cursor.execute(sql.UPSERT_LINKS, [orjson.dumps(rows).decode()])


def _write_resolved(outcomes: Sequence[Outcome], change: int) -> None:
    units = sorted(
        (outcome.claimed.unit for outcome in outcomes),
        key=lambda unit: (unit.project_id, unit.run_id or 0, unit.action_id or 0),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            sql.UPSERT_RESOLVED,
            {
                "projects": [unit.project_id for unit in units],
                "runs": [unit.run_id for unit in units],
                "actions": [unit.action_id for unit in units],
                "change": change,
            },
        )


def _finish(outcomes: Sequence[Outcome], held: Mapping[int, int]) -> None:
    """Delete the rows that are done; give back those that were marked again meanwhile."""
    done = [one.claimed.id for one in outcomes if held[one.claimed.id] == one.claimed.generation]
    again = [one.claimed.id for one in outcomes if held[one.claimed.id] != one.claimed.generation]
    if done:
        Pending.objects.filter(pk__any_of=done).delete()
    if again:
        Pending.objects.filter(pk__any_of=again).update(claim=None, claimed_until=None)
