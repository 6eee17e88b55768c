"""Celery's side: beat looks which sources are due, a worker of its own queue polls them; what
arrived is recorded by those that resolve."""

from __future__ import annotations

from typing import Any

import redis
import structlog
from celery import current_app, shared_task
from celery.signals import worker_shutting_down
from kombu.exceptions import OperationalError

from linkhub.ingest.arrivals.accepting import TASK, nudge, nudge_arrived
from linkhub.ingest.arrivals.recording import forget_resting, is_anything_due, record_all
from linkhub.ingest.clock import follow_clock
from linkhub.ingest.sources.leases import due
from linkhub.ingest.sources.rounds import poll, stopping
from linkhub.runs.backlog import seconds_to_wait
from linkhub.runs.nudges import has_room

QUEUE = "sources"
POLL = "linkhub.ingest.poll_source"
# A message that no worker took by then is sent again: the row is what is due. (Clocks may differ.)
EXPIRES_SECONDS = 10

log = structlog.get_logger(__name__)


# The worker of this queue runs threads, which no limit can end: a poll holds to its own time.
@shared_task(name=POLL)  # type: ignore[untyped-decorator]
def poll_source(*, source: int) -> None:
    poll(source)


@shared_task(name="linkhub.ingest.sweep_sources")  # type: ignore[untyped-decorator]
def sweep_sources() -> None:
    """Send a message for every source that is due; a claim makes a second one nothing.

    Where too much waits to be resolved already, back ends keep what they have a little longer.
    """
    follow_clock()
    if seconds_to_wait():
        return
    try:
        for pk in due().values_list("pk", flat=True) if has_room(QUEUE) else ():
            current_app.send_task(
                POLL, kwargs={"source": pk}, queue=QUEUE, expires=EXPIRES_SECONDS, retry=False
            )
    except (redis.RedisError, OperationalError) as error:
        log.warning("polls_not_sent", error=str(error))


# After so long others have their turn.
ARRIVALS_SECONDS = 20.0


@shared_task(name=TASK)  # type: ignore[untyped-decorator]
def record_arrivals() -> None:
    """Record what arrived; a round that runs out of time nudges for the next.

    Where too much waits to be resolved already, it stays until beat looks again.
    """
    nudge_arrived()
    if not seconds_to_wait() and not record_all(seconds=ARRIVALS_SECONDS):
        nudge()


@shared_task(name="linkhub.ingest.sweep_arrivals")  # type: ignore[untyped-decorator]
def sweep_arrivals() -> None:
    """Nudge for what a lost message left."""
    if is_anything_due():
        nudge()


@shared_task(name="linkhub.ingest.forget_arrivals")  # type: ignore[untyped-decorator]
def forget_arrivals() -> None:
    forget_resting()


@worker_shutting_down.connect  # type: ignore[untyped-decorator]
def stop_polls(**_: Any) -> None:
    """Polls end at their next step, and hand their leases back."""
    stopping.set()
