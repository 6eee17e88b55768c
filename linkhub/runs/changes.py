"""The instance's change counter: what changed since a unit was resolved?"""

from __future__ import annotations

from django.db import connection

from linkhub.runs.models import ChangeCounter


def next_change() -> int:
    """Take the next value, in the caller's transaction, which holds the row until it commits."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO runs_changecounter (id, value) VALUES (1, 1)"
            " ON CONFLICT (id) DO UPDATE SET value = runs_changecounter.value + 1"
            " RETURNING value"
        )
        (value,) = cursor.fetchone()
    return int(value)


def current_change() -> int:
    return ChangeCounter.objects.values_list("value", flat=True).first() or 0
