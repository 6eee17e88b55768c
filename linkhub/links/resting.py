"""What is pending of some units: what workers are about to resolve, and what rests.

A unit that failed too often rests with its error until a new fact or an edit marks it anew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from linkhub.lib.made_once import MadeOnce
from linkhub.links.claims import resting
from linkhub.runs.models import Pending, Run
from linkhub.runs.pending import Unit

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Queue:
    """By lane: the units that are about to be resolved, and by error those that rest."""

    coming: Mapping[str, Collection[Unit]]
    resting: Mapping[str, Mapping[Unit, str]]

    def marked(self, lane: Pending.Lane) -> set[Unit]:
        """The units whose stored links are behind the facts."""
        return {*self.coming[lane], *self.resting[lane]}


@dataclass(frozen=True, slots=True)
class Resting:
    """A unit of a run that rests; `action` is None for the run's own level."""

    action: str | None
    error: str


def resting_of_run(run: Run, action_id: int | None = None) -> list[Resting]:
    """What rests of the run, or of one of its actions; the latest first, and not all of many."""
    most = settings.LINKHUB_MAX_ATTEMPTS
    rows = (
        _OF_RUN.rows(most=most, run=run.pk)
        if action_id is None
        else _OF_ACTION.rows(most=most, action=action_id)
    )
    return [Resting(action, error) for action, error in rows]


def _shown(most: int, **of: int) -> QuerySet[Pending, Any]:
    rows = resting(most).filter(claim=None, **of)
    return rows.values_list("action__name", "error")[:MOST_SHOWN]


_OF_RUN = MadeOnce(_shown, most=int, run=int)
_OF_ACTION = MadeOnce(_shown, most=int, action=int)
