"""Celery's side of resolving: a nudge starts a round, beat picks up what a lost nudge left."""

from __future__ import annotations

import uuid

import structlog
from celery import shared_task
from django.db import OperationalError
from psycopg.errors import LockNotAvailable

from linkhub.links.backfill import advance_all, mark_new_projects
from linkhub.links.backlinks.work import clear_away, write_due
from linkhub.links.checking.rounds import check_links as check
from linkhub.links.claims import Claimed, claimable, rest_lost
from linkhub.links.clock import follow_clock
from linkhub.links.configured import follow_configuration
from linkhub.links.days import recompute_days
from linkhub.links.editing.python_previews import try_in_worker
from linkhub.links.usage.tallies import tally_links as tally
from linkhub.links.work import drain
from linkhub.runs.models import Pending
from linkhub.runs.nudges import TASK, nudge, nudge_arrived

# A round ends after this long, so that Celery's limits and a warm shutdown are never in the way.
ROUND_SECONDS = 20.0
# What roll-ups may keep a worker from resolving.
DAYS_SECONDS = 1.0

log = structlog.get_logger(__name__)


# A unit of the Python lane that is begun at the round's end may take another minute.
@shared_task(name=TASK, soft_time_limit=120, time_limit=150)  # type: ignore[untyped-decorator]
def resolve_pending(*, lane: str) -> None:
    """Resolve what is due in the lane; a round that runs out of time nudges for the next."""
    which = Pending.Lane(lane)
    nudge_arrived(which)
    if not drain(which, seconds=ROUND_SECONDS, beside=_go_on):
        nudge(which)


def _go_on(claimed: list[Claimed]) -> None:
    """Where there is enough for others, have another worker help; and keep a backfill's coming."""
    nudge(Pending.Lane.MAIN)
    if claimed[-1].priority == Pending.Priority.BACKFILL:
        advance_all(room_for=0.5)


@shared_task(name="linkhub.links.sweep_pending")  # type: ignore[untyped-decorator]
def sweep_pending() -> None:
    """Nudge for rows that are due: their message was lost, their worker died, or they failed."""
    follow_clock()
    rest_lost()
    mark_new_projects()
    for lane in Pending.Lane:
        if claimable(lane).exists():
            nudge(lane)


@shared_task(name="linkhub.links.advance_backfills")  # type: ignore[untyped-decorator]
def advance_backfills() -> None:
    """Let old runs follow what changed, a bounded number at a time."""
    follow_configuration()
    if advance_all():
        nudge(Pending.Lane.MAIN)


@shared_task(name="linkhub.links.recompute_days")  # type: ignore[untyped-decorator]
def recompute_marked_days() -> None:
    """Make the roll-ups right that changes have marked; what is locked waits for the next round."""
    try:
        recompute_days(seconds=DAYS_SECONDS)
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        log.info("days_put_off", reason=str(error))


@shared_task(name="linkhub.links.check_links", soft_time_limit=240, time_limit=270)  # type: ignore[untyped-decorator]
def check_links() -> None:
    """Ask whether what links lead to is there; a queue of its own, for who allows hosts."""
    check(seconds=ROUND_SECONDS)


@shared_task(name="linkhub.links.tally_links")  # type: ignore[untyped-decorator]
def tally_links() -> None:
    """Count how many of each definition's links are broken."""
    tally()


@shared_task(name="linkhub.links.preview_python", soft_time_limit=60, time_limit=90)  # type: ignore[untyped-decorator]
def preview_python(*, ticket: str) -> None:
    """Try a definition of a Python class for somebody who is writing it, in the lane of classes."""
    try_in_worker(uuid.UUID(ticket))


@shared_task(name="linkhub.links.write_backlinks", soft_time_limit=240, time_limit=270)  # type: ignore[untyped-decorator]
def write_backlinks() -> None:
    """Write LinkHub's address into the W&B runs that wait for it; a queue of its own."""
    write_due(seconds=ROUND_SECONDS)


@shared_task(name="linkhub.links.clear_backlinks", soft_time_limit=240, time_limit=270)  # type: ignore[untyped-decorator]
def clear_backlinks() -> None:
    """Forget the back-links of links that are no more."""
    clear_away()
