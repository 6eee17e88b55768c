"""How some units stand: the change counter, what is pending of them, and when each was resolved.

One statement, so all of it is of one moment, and nothing that is read after it is older.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection

from linkhub.links.catalogues import catalogue_at
from linkhub.links.resolving.catalogue import Catalogue
from linkhub.links.resting import Queue
from linkhub.runs.models import Pending
from linkhub.runs.pending import Unit


class Written(NamedTuple):
    """The change value at which a unit was resolved, and the transaction that stored it last.

    A worker writes the unit's Resolved row whenever it stores its links, also at the same value.
    """

    change: int
    transaction: str


@dataclass(frozen=True, slots=True)
class Standing:
    """`written` is without the units that were never resolved."""

    catalogue: Catalogue
    queue: Queue
    written: Mapping[Unit, Written]


# A branch for each kind of unit, because no index serves "this action, or none" at once.
_UNITS = (
    "action_id = ANY(%(actions)s::bigint[])",
    "project_id = ANY(%(projects)s::bigint[]) AND run_id = ANY(%(runs)s::bigint[])"
    " AND action_id IS NULL",
    "project_id = ANY(%(alone)s::bigint[]) AND run_id IS NULL AND action_id IS NULL",
)
_COUNTER = """
    SELECT NULL::bigint, NULL::bigint, NULL::bigint, value, xmin::text, wide,
           NULL::text, NULL::bigint, NULL::text
    FROM runs_changecounter
"""
_RESOLVED = """
    SELECT project_id, run_id, action_id, change, xmin::text, NULL, NULL, NULL, NULL
    FROM links_resolved WHERE
"""
_PENDING = """
    SELECT project_id, run_id, action_id, NULL, NULL, attempts, lane, claim, error
    FROM runs_pending WHERE
"""
_STATEMENT = " UNION ALL ".join(
    [_COUNTER, *(f"{table} {units}" for table in (_RESOLVED, _PENDING) for units in _UNITS)]
)


def standing_of(units: Collection[Unit]) -> Standing:
    with connection.cursor() as cursor:
        cursor.execute(
            _STATEMENT,
            {
                "actions": [unit.action_id for unit in units if unit.action_id is not None],
                "projects": list({unit.project_id for unit in units}),
                "runs": [unit.run_id for unit in units if unit.run_id and unit.action_id is None],
                "alone": [unit.project_id for unit in units if unit.run_id is None],
            },
        )
        return _standing(cursor.fetchall())


def _standing(rows: Collection[tuple[Any, ...]]) -> Standing:
    version = 0, 0, ""
    written: dict[Unit, Written] = {}
    coming: dict[str, set[Unit]] = {lane: set() for lane in Pending.Lane.values}
    rests: dict[str, dict[Unit, str]] = {lane: {} for lane in Pending.Lane.values}
    for project_id, run_id, action_id, change, transaction, number, lane, claim, error in rows:
        if project_id is None:
            version = change, number, transaction
        elif lane is None:
            written[Unit(project_id, run_id, action_id)] = Written(change, transaction)
        elif number >= settings.LINKHUB_MAX_ATTEMPTS and claim is None:
            rests[lane][Unit(project_id, run_id, action_id)] = error
        else:
            coming[lane].add(Unit(project_id, run_id, action_id))
    return Standing(catalogue_at(*version), Queue(coming, rests), written)
