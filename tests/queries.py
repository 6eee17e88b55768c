"""Counting queries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext


def queries_of(call: Callable[[], Any]) -> int:
    """How many queries a call takes, without what the first one keeps or notes for all others."""
    call()
    with CaptureQueriesContext(connection) as queries:
        call()
    return len(queries)
