"""Whether more waits to be resolved than may: then whoever records is to try again later.

Counting stops at the limit, and is spared where the table has not the room for so many rows.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from django.conf import settings
from django.db import connection

from linkhub.lib.meters import PUT_OFF
from linkhub.runs.models import Pending

# A process looks this often; a limit is passed by what is recorded meanwhile.
LOOK_SECONDS = 2.0
RETRY_SECONDS = 10
# The smallest row of the queue takes more than 100 bytes of a page of 8192.
ROWS_A_PAGE = 80

ROOM = "SELECT pg_relation_size('runs_pending') / 8192 * %s"
COUNT = """
    SELECT count(*) FROM (SELECT FROM runs_pending WHERE lane = %s LIMIT %s) AS found
"""


class Backlog:
    """What this process found when it last looked."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._next = float("-inf")
        self._over = False

    def is_over(self, limit: int) -> bool:
        """Whether `limit` or more wait. One thread looks; the others go by what it found."""
        if self._clock() >= self._next and self._lock.acquire(blocking=False):
            try:
                self._over = is_over(limit)
                self._next = self._clock() + LOOK_SECONDS
            finally:
                self._lock.release()
        return self._over


def is_over(limit: int) -> bool:
    """Whether `limit` or more units wait in the main lane."""
    with connection.cursor() as cursor:
        cursor.execute(ROOM, [ROWS_A_PAGE])
        if cursor.fetchone()[0] < limit:
            return False
        cursor.execute(COUNT, [Pending.Lane.MAIN.value, limit])
        return bool(cursor.fetchone()[0] >= limit)


_backlog = Backlog()


def seconds_to_wait() -> int:
    """0 where more may be recorded, else when to try again. LINKHUB_MAX_PENDING 0 is no limit."""
    limit: int = settings.LINKHUB_MAX_PENDING
    if not limit or not _backlog.is_over(limit):
        return 0
    PUT_OFF.add()
    return RETRY_SECONDS
