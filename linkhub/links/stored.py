"""Reading the rows of many units at once, from any table that is keyed by unit."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator
from typing import Any

from django.db import connection, models
from django.db.models import Q

from linkhub.links.brief import Firsts
from linkhub.runs.pending import Unit

UNIT_COLUMNS = ("project_id", "run_id", "action_id")
# Stand-ins for the ids, each one parameter of the statement, by which they are told apart in it.
_PLACES = {"actions": [-1], "projects": [-2], "runs": [-3], "alone": [-4]}
_FIRSTS = {"attempts": [-5], "pods": [-6]}


def rows_of(
    model: type[models.Model],
    units: Collection[Unit],
    *columns: str,
    firsts: Firsts | None = None,
) -> Iterator[tuple[Unit, list[Any]]]:
    """The `columns` of the rows that belong to `units`, each with its unit: one query.

    Of attempts and pods only `firsts`, where given. Columns are as the database has them: none
    that Django would convert, such as JSON.
    """
    values: dict[str, list[Any]] = {
        "actions": [unit.action_id for unit in units if unit.action_id is not None],
        "projects": list({unit.project_id for unit in units}),
        "runs": [unit.run_id for unit in units if unit.run_id and unit.action_id is None],
        "alone": [unit.project_id for unit in units if unit.run_id is None],
    }
    if firsts is not None:
        values |= {"attempts": list(firsts.attempts), "pods": list(firsts.pods)}
    statement, names = _statement(model, columns, is_brief=firsts is not None)
    with connection.cursor() as cursor:
        cursor.execute(statement, [values[name] for name in names])
        rows = cursor.fetchall()
    for project_id, run_id, action_id, *found in rows:
        yield Unit(project_id, run_id, action_id), found


@functools.cache
def _statement(
    model: type[models.Model], columns: tuple[str, ...], *, is_brief: bool
) -> tuple[str, tuple[str, ...]]:
    """The SQL, which takes Django longer to make than the database to answer, and its parameters.

    A branch for each kind of unit, because no index serves "this action, or none" at once.
    """
    rows = model._default_manager.order_by()
    if is_brief:
        rows = rows.filter(
            Q(attempt__isnull=True) | Q(attempt__any_of=_FIRSTS["attempts"]),
            Q(pod__isnull=True) | Q(pod__any_of=_FIRSTS["pods"]),
        )
    branches = [
        rows.filter(action__any_of=_PLACES["actions"]),
        rows.filter(project__any_of=_PLACES["projects"], run__any_of=_PLACES["runs"], action=None),
        rows.filter(project__any_of=_PLACES["alone"], run=None, action=None),
    ]
    first, *others = (branch.values_list(*UNIT_COLUMNS, *columns) for branch in branches)
    statement, given = first.union(*others, all=True).query.sql_with_params()
    known = {ids[0]: name for name, ids in (_PLACES | _FIRSTS).items()}
    return statement, tuple(known[ids[0]] for ids in given)
