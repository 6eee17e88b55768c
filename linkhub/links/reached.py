"""Which of the units that were resolved before a change it reaches, and moving on the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from django.conf import settings
from django.db import connection

from linkhub.links.models import Link
from linkhub.links.resolving.catalogue import Catalogue
from linkhub.links.shown import Place
from linkhub.links.sql import LOCK_RUNS
from linkhub.links.staleness import out_of_date
from linkhub.links.stored import rows_of
from linkhub.runs.pending import Unit

# Not yet resolved again, and nobody about to do so with what was read after the change.
OLDER = """
    WITH queued AS NOT MATERIALIZED (
        SELECT run_id, action_id, claim IS NULL AND attempts < %(max_attempts)s AS fresh
        FROM runs_pending WHERE lane = 'main'
    )
    SELECT u.project_id, u.run_id, u.action_id, p.name, u.domain, u.resolved, u.change, u.waits
    FROM (
        SELECT r.project_id, r.id AS run_id, NULL::bigint AS action_id, r.domain, r.created_at,
               s.id AS resolved, s.change, q.run_id IS NOT NULL AS waits, q.fresh
        FROM runs_run AS r
        LEFT JOIN links_resolved AS s
          ON s.project_id = r.project_id AND s.run_id = r.id AND s.action_id IS NULL
        LEFT JOIN queued AS q ON q.run_id = r.id AND q.action_id IS NULL
        WHERE r.id = ANY(%(runs)s) AND %(own)s
        UNION ALL
        SELECT r.project_id, r.id, a.id, r.domain, r.created_at,
               s.id, s.change, q.run_id IS NOT NULL, q.fresh
        FROM runs_run AS r
        JOIN runs_action AS a ON a.run_id = r.id
        LEFT JOIN links_resolved AS s ON s.action_id = a.id
        LEFT JOIN queued AS q ON q.action_id = a.id
        WHERE r.id = ANY(%(runs)s) AND %(actions)s
    ) AS u
    JOIN accounts_project AS p ON p.id = u.project_id
    WHERE (u.change IS NULL OR u.change < %(change)s) AND u.fresh IS NOT TRUE
    ORDER BY u.created_at DESC, u.run_id DESC, u.action_id NULLS FIRST
    LIMIT %(limit)s
"""
# A row that is locked is being written by a worker, at a later value than this.
MOVE_ON = """
    WITH same AS (
        SELECT s.id FROM links_resolved AS s
        JOIN unnest(%(ids)s::bigint[], %(changes)s::bigint[]) AS u (id, change)
          ON u.id = s.id AND u.change = s.change
        FOR UPDATE OF s SKIP LOCKED
    )
    UPDATE links_resolved AS s SET change = %(change)s FROM same WHERE same.id = s.id
"""


class Older(NamedTuple):
    """A unit that may have to follow a change, and what it is selected by.

    `resolved` is the id and `change` the value of its Resolved row, where there is one. `queued`:
    a worker is at it, or it failed too often.
    """

    project_id: int
    run_id: int
    action_id: int | None
    project: str
    domain: str
    resolved: int | None
    change: int | None
    queued: bool

    @property
    def unit(self) -> Unit:
        return Unit(self.project_id, self.run_id, self.action_id)


def lock_older(
    runs: Collection[int], change: int, limit: int, *, own: bool = True, actions: bool = True
) -> list[Older]:
    """The first `limit` units of `runs` that were resolved before the change, in order.

    Of the runs their `own` levels and their `actions`. The runs are locked first, as by everyone
    who marks.
    """
    with connection.cursor() as cursor:
        cursor.execute(LOCK_RUNS, [list(runs)])
        cursor.execute(
            OLDER,
            {
                "runs": list(runs),
                "change": change,
                "limit": limit,
                "own": own,
                "actions": actions,
                "max_attempts": settings.LINKHUB_MAX_ATTEMPTS,
            },
        )
        return [Older(*row) for row in cursor.fetchall()]


def divide(
    older: Sequence[Older], catalogue: Catalogue, *, by_keys: bool = True
) -> tuple[list[Older], list[Older]]:
    """Those to be resolved again, and those that nothing up to the catalogue's change reaches.

    What is queued is not judged: a worker that read older definitions may be about to store it.
    Not `by_keys`: what only the keys of stored links could tell counts as not reached.
    """
    units = {one.unit: one for one in older}
    idle = {
        unit: one.change for unit, one in units.items() if one.change is not None and not one.queued
    }
    places = {unit: Place(units[unit].project, units[unit].domain) for unit in idle}
    keys = _keys_of(idle, catalogue) if by_keys else defaultdict(set)
    reached = out_of_date(places, idle, keys, catalogue)
    passed = idle.keys() - reached
    again = [one for unit, one in units.items() if unit not in passed]
    return again, [one for unit, one in units.items() if unit in passed]


def move_on(passed: Collection[Older], change: int) -> None:
    """Note that the units are right as of `change` as well, unless a worker has them meanwhile."""
    if passed:
        with connection.cursor() as cursor:
            cursor.execute(
                MOVE_ON,
                {
                    "ids": [one.resolved for one in passed],
                    "changes": [one.change for one in passed],
                    "change": change,
                },
            )


def _keys_of(idle: Mapping[Unit, int], catalogue: Catalogue) -> Mapping[Unit, Collection[str]]:
    """The keys of their stored links; what is reached whatever they are is not asked for."""
    unsure = [unit for unit, change in idle.items() if change >= catalogue.changes.wide]
    keys: dict[Unit, set[str]] = defaultdict(set)
    if unsure:
        for unit, [key] in rows_of(Link, unsure, "key"):
            keys[unit].add(key)
    return keys
