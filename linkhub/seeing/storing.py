"""What this process counted, added to what all have; and its word that it lives."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import structlog
from django.db import DatabaseError, connection

from linkhub.lib.meters import Series, held

log = structlog.get_logger(__name__)

# In natural order, as every writer of many rows.
ADD = """
    INSERT INTO seeing_total (metric, labels, part, value)
    SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::float8[])
    ON CONFLICT (metric, labels, part) DO UPDATE SET value = seeing_total.value + excluded.value
"""
ALIVE = """
    INSERT INTO seeing_process (name, kind, queues, version)
    VALUES (%s, %s, %s, %s)
    ON CONFLICT (name) DO UPDATE SET seen_at = now(), queues = excluded.queues,
        version = excluded.version, kind = excluded.kind
"""


def store_counts() -> bool:
    """Add what was counted since the last time; what cannot be stored is held on to."""
    taken = held.take()
    if not taken:
        return True
    try:
        with connection.cursor() as cursor:
            cursor.execute(ADD, _columns(taken))
    except DatabaseError as error:
        held.add(taken.items())
        log.warning("counts_not_stored", error=str(error))
        return False
    return True


def _columns(taken: Mapping[Series, float]) -> list[list[str] | list[float]]:
    rows = sorted((each.metric, json.dumps(each.labels), each.part) for each in taken)
    by_row = {(each.metric, json.dumps(each.labels), each.part): taken[each] for each in taken}
    return [*(list(column) for column in zip(*rows, strict=True)), [by_row[row] for row in rows]]


def say_alive(name: str, kind: str, queues: Sequence[str], version: str) -> None:
    """Raises DatabaseError."""
    with connection.cursor() as cursor:
        cursor.execute(ALIVE, [name, kind, json.dumps(list(queues)), version])


def say_ended(name: str) -> None:
    """Raises DatabaseError."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM seeing_process WHERE name = %s", [name])
