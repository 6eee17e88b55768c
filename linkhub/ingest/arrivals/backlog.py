"""Whether more events wait to be recorded than may: then whoever sends is to try again later."""

from __future__ import annotations

import time

from django.conf import settings
from django.db.models import Max, Min

from linkhub.ingest.models import Arrival

# A process looks this often; the limit is passed by what arrives meanwhile.
LOOK_SECONDS = 2.0
RETRY_SECONDS = 10


class _Seen:
    """What this process found when it last looked. Two threads that look at once do no harm."""

    next = float("-inf")
    wait = 0


def seconds_to_wait() -> int:
    """0 where more may be sent, else when to try again. LINKHUB_MAX_PENDING counts here too."""
    limit: int = settings.LINKHUB_MAX_PENDING
    if not limit:
        return 0
    if time.monotonic() >= _Seen.next:
        _Seen.next = time.monotonic() + LOOK_SECONDS
        _Seen.wait = RETRY_SECONDS if waiting() >= limit else 0
    return _Seen.wait


def waiting() -> int:
    """At most so many wait. The distance of the ends of the queue costs nothing to find; rows in
    between that are recorded already, or rest, make it a little too much."""
    due = Arrival.objects.filter(due_at__isnull=False)
    ends = due.aggregate(first=Min("pk"), last=Max("pk"))
    return 0 if ends["first"] is None else ends["last"] - ends["first"] + 1
