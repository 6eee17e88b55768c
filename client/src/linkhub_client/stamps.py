"""Times as LinkHub takes them, each later than the one before in this process.

What is said later wins in LinkHub, so two writes of one process must never have the same stamp.
"""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta, timezone

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_lock = threading.Lock()
_last = 0


def microseconds() -> int:
    """Since 1970; strictly ascending, also when the clock is set back."""
    global _last
    with _lock:
        _last = max(time.time_ns() // 1000, _last + 1)
        return _last


def iso(stamp: int) -> str:
    return (_EPOCH + timedelta(microseconds=stamp)).isoformat(timespec="microseconds")


def after_fork() -> None:
    """A lock that another thread of the parent held would be held for ever in the child."""
    global _lock
    _lock = threading.Lock()
