"""A worker's round: claim, resolve in memory, write, until nothing is due.

Of a backlog, one batch is written while the next is resolved (`overlap.py`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import connection
from django.utils import timezone

from linkhub.lib.meters import FAILED_UNITS
from linkhub.links.claims import Claimed, claim, fail
from linkhub.links.counting import count_links, counted
from linkhub.links.load import load_catalogue, load_units
from linkhub.links.outcomes import Outcome, outcome_of
from linkhub.links.overlap import Overlap
from linkhub.links.python_lane import LEASE_SECONDS, resolve_python
from linkhub.links.resolving.catalogue import Catalogue
from linkhub.links.write import store
from linkhub.runs.days import mark_day_of_run
from linkhub.runs.models import Action, Pending, Run
from linkhub.runs.pending import Unit

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Batch:
    """What was claimed and is resolved, but not yet written; `began` on the monotonic clock."""

    claimed: list[Claimed]
    outcomes: list[Outcome]
    catalogue: Catalogue
    began: float


def drain(
    lane: Pending.Lane, *, seconds: float, beside: Callable[[list[Claimed]], None] | None = None
) -> bool:
    """Resolve what is due in `lane`; return whether nothing was left when time was over.

    `beside` is called with each full batch, while that is written.
    """
    deadline = time.monotonic() + seconds
    with Overlap(_write, _written) as writing:
        while time.monotonic() < deadline:
            if claimed := _claim(lane):
                _work_off_counted(lane, claimed, writing)
                if beside is not None and _is_full(lane, claimed):
                    beside(claimed)
            elif not writing.finish():
                return True
    return False


def _work_off_counted(lane: Pending.Lane, claimed: list[Claimed], writing: Overlap[Batch]) -> None:
    # Where there is no full batch, there is no next; in a transaction, no second connection.
    if _is_full(lane, claimed) and not connection.in_atomic_block:
        work_off(claimed, lambda some: writing.begin(_resolved(some)))
        return
    with counted(lane, claimed):
        work_off(claimed, resolve_python if lane is Pending.Lane.PYTHON else resolve)


def _is_full(lane: Pending.Lane, claimed: list[Claimed]) -> bool:
    return lane is Pending.Lane.MAIN and len(claimed) == settings.LINKHUB_RESOLVE_BATCH


def _written(batch: Batch, error: BaseException | None) -> None:
    """After the attempt to write it: count it, or find out which of its rows is at fault."""
    with counted(Pending.Lane.MAIN, batch.claimed, batch.began):
        if error is None:
            count_links(batch.outcomes)
        elif isinstance(error, Exception):
            work_off(batch.claimed, resolve)
        else:
            raise error


def work_off(claimed: list[Claimed], resolver: Callable[[list[Claimed]], None]) -> None:
    """Resolve the batch; where it fails as a whole, one by one, so that the error is one row's."""
    try:
        resolver(claimed)
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:
        if not connection.is_usable():
            raise
        if len(claimed) == 1:
            log.exception("resolving_failed", **_named(claimed[0].unit))
            FAILED_UNITS.add()
            fail(claimed[0], f"{type(error).__name__}: {error}")
            # Its facts count for the day, though no outcome of it is stored.
            mark_day_of_run(claimed[0].unit.run_id)
            return
        for one in claimed:
            work_off([one], resolver)


def resolve(claimed: list[Claimed]) -> None:
    """The main lane."""
    batch = _resolved(claimed)
    _write(batch)
    count_links(batch.outcomes)


def _resolved(claimed: list[Claimed]) -> Batch:
    """The counter is read before the facts: see `load_catalogue`."""
    began = time.monotonic()
    catalogue = load_catalogue()
    facts = load_units([one.unit for one in claimed])
    now = timezone.now()
    outcomes = [outcome_of(one, facts.get(one.unit), catalogue, now) for one in claimed]
    return Batch(claimed, outcomes, catalogue, began)


def _write(batch: Batch) -> None:
    store(batch.outcomes, change=batch.catalogue.change, backlinks=batch.catalogue.backlinks)


def _claim(lane: Pending.Lane) -> list[Claimed]:
    if lane is Pending.Lane.PYTHON:
        return claim(lane, 1, LEASE_SECONDS)
    return claim(lane, settings.LINKHUB_RESOLVE_BATCH)


def _named(unit: Unit) -> dict[str, str]:
    """The unit as whoever reads the log knows it."""
    runs = Run.objects.filter(pk=unit.run_id or 0).values_list("project__name", "domain", "name")
    actions = Action.objects.filter(pk=unit.action_id or 0).values_list("name", flat=True)
    found = dict(zip(("project", "domain", "run"), runs.first() or (), strict=False))
    action = actions.first()
    return found | ({"action": action} if action else {}) | {"unit": str(unit)}
