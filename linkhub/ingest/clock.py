"""Sources, their runs and arrivals that wait for a time, when PostgreSQL's clock was set back."""

from __future__ import annotations

import structlog
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce, Greatest, Least, Now

from linkhub.ingest.models import DEFAULT_INTERVAL, Arrival, FollowedRun, Source
from linkhub.ingest.sources.leases import LEASE
from linkhub.ingest.sources.schedule import LONGEST, LONGEST_ASKED
from linkhub.lib.db_clock import Clock

log = structlog.get_logger(__name__)
EVERY = Coalesce(F("interval"), Value(DEFAULT_INTERVAL))
clock = Clock()


def follow_clock() -> None:
    """Let nothing wait for longer than it ever would."""
    if clock.is_set_back() and (waited := _sources() + _runs() + _arrivals()):
        log.warning("clock_set_back", rows=waited)


def _sources() -> int:
    """After a failure a back end may have asked for a longer pause."""
    pause = Case(When(failures=0, then=EVERY), default=Greatest(EVERY, Value(LONGEST_ASKED)))
    late = Q(next_poll_at__gt=Now() + pause) | Q(claimed_until__gt=Now() + LEASE)
    return Source.objects.filter(late).update(
        next_poll_at=Least(F("next_poll_at"), Now()),
        claimed_until=Least(F("claimed_until"), Now()),
    )


def _runs() -> int:
    number = 0
    for source in Source.objects.all():
        longest = max(source.every, LONGEST)
        runs = FollowedRun.objects.filter(source=source, due_at__gt=Now() + longest)
        number += runs.update(due_at=Now())
    return number


def _arrivals() -> int:
    new = Arrival.objects.filter(failures=0, due_at__gt=Now()).update(due_at=Now())
    return new + Arrival.objects.filter(due_at__gt=Now() + LONGEST).update(due_at=Now())
