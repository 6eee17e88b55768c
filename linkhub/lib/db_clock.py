"""Whether PostgreSQL's clock has been set back, told by the process's own monotonic one."""

from __future__ import annotations

import time

from django.db import connection

# What two looks may differ by without a step: a look itself takes some time.
TOLERANCE = 1.0
READ = "SELECT extract(epoch FROM statement_timestamp())::float8"


class Clock:
    """How far PostgreSQL's clock is ahead of the monotonic one, which nobody sets, in seconds.

    The first look of a process counts as a step, since nobody knows what was before.
    """

    def __init__(self) -> None:
        self._ahead: float | None = None

    def is_set_back(self) -> bool:
        """Since the last look. One query."""
        with connection.cursor() as cursor:
            cursor.execute(READ)
            ahead = cursor.fetchone()[0] - time.monotonic()
        before, self._ahead = self._ahead, ahead
        return before is None or ahead < before - TOLERANCE
