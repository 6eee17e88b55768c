"""Reading the rows of many units at once, from any table that is keyed by unit."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, TypeVar

from django.db import models

from linkhub.runs.pending import Unit

M = TypeVar("M", bound=models.Model)
UNIT_COLUMNS = ("project_id", "run_id", "action_id")


def rows_of(
    rows: models.QuerySet[M], units: Collection[Unit], *columns: str
) -> Iterator[tuple[Unit, list[Any]]]:
    """The `columns` of the rows that belong to `units`, each with its unit: one query.

    A branch for each kind of unit, because no index serves "this action, or none" at once.
    """
    projects = {unit.project_id for unit in units}
    runs = {unit.run_id for unit in units if unit.action_id is None and unit.run_id is not None}
    actions = {unit.action_id for unit in units if unit.action_id is not None}
    alone = {unit.project_id for unit in units if unit.run_id is None}
    branches = [
        rows.filter(action__any_of=actions),
        rows.filter(project__any_of=projects, run__any_of=runs, action=None),
        rows.filter(project__any_of=alone, run=None, action=None),
    ]
    first, *others = (branch.order_by().values_list(*UNIT_COLUMNS, *columns) for branch in branches)
    for project_id, run_id, action_id, *values in first.union(*others, all=True):
        yield Unit(project_id, run_id, action_id), values
