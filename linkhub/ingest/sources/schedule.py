"""When a poll comes after one that failed: exponential, with jitter, and never too long."""

from __future__ import annotations

import random
from datetime import timedelta

FIRST = timedelta(seconds=2)
LONGEST = timedelta(minutes=5)
# What a back end may ask for by Retry-After.
LONGEST_ASKED = timedelta(hours=1)


def pause(failures: int, retry_after: float | None = None) -> timedelta:
    """How long to wait after so many failures in a row (at least 1).

    Between half and the whole of a time that doubles: many sources of one back end that was away
    do not all come back at once. Never sooner than the back end asked for.
    """
    doubled: int = 2 ** min(failures - 1, 20)
    whole = min(LONGEST, FIRST * doubled)
    jittered = whole * random.uniform(0.5, 1)  # noqa: S311 (no secret)
    asked = min(timedelta(seconds=max(retry_after or 0, 0)), LONGEST_ASKED)
    return max(jittered, asked)
