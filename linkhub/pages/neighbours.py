"""The runs before and after a run among those of its workflow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from linkhub.lib.keyset import after
from linkhub.lib.made_once import MadeOnce
from linkhub.pages import addresses
from linkhub.runs.models import Run

NEWEST, OLDEST = ("-created_at", "-id"), ("created_at", "id")


@dataclass(frozen=True, slots=True)
class Neighbour:
    name: str
    href: str
    compare: str


@dataclass(frozen=True, slots=True)
class Neighbours:
    """None where there is none; `compare` leads to the choice of a run to compare with."""

    previous: Neighbour | None
    next: Neighbour | None
    compare: str


def neighbours_of(run: Run) -> Neighbours:
    """By (created, id), as "latest" goes; both in one query."""
    compare = addresses.of_comparison(run)
    if run.workflow_id is None:
        return Neighbours(None, None, compare)
    here = (run.created_at, run.pk)
    rows = _AROUND.rows(workflow=run.workflow_id, created=run.created_at, pk=run.pk)
    names = {(created, pk) > here: name for created, pk, name in rows}
    return Neighbours(_neighbour(run, names.get(False)), _neighbour(run, names.get(True)), compare)


def _around(workflow: int, created: datetime, pk: int) -> QuerySet[Run, Any]:
    of_workflow = Run.objects.filter(workflow=workflow)
    older, newer = (after(of_workflow, order, (created, pk))[:1] for order in (NEWEST, OLDEST))
    return older.union(newer, all=True).values_list("created_at", "pk", "name")


_AROUND = MadeOnce(_around, workflow=int, created=datetime, pk=int)


def _neighbour(run: Run, name: str | None) -> Neighbour | None:
    """Of the same workflow, so of the same project and domain."""
    if name is None:
        return None
    other = Run(project=run.project, domain=run.domain, name=name)
    return Neighbour(name, addresses.of_run(other), addresses.of_comparison(run, other))
