"""The instance's change counter: what changed since a unit was resolved?"""

from __future__ import annotations

from django.db import connection

from linkhub.runs.models import ChangeCounter

TAKE = """
    INSERT INTO runs_changecounter (id, value, wide) VALUES (1, 1, %(wide)s::int)
    ON CONFLICT (id) DO UPDATE SET
        value = runs_changecounter.value + 1,
        wide = CASE WHEN %(wide)s THEN runs_changecounter.value + 1
                    ELSE runs_changecounter.wide END
    RETURNING value
"""


def next_change(*, wide: bool = False) -> int:
    """Take the next value, in the caller's transaction, which holds the row until it commits.

    `wide` where any link may be another for it; else the caller keeps the value on the definition
    or task that changed.
    """
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"wide": wide})
        (value,) = cursor.fetchone()
    return int(value)


def current_change() -> int:
    return ChangeCounter.objects.values_list("value", flat=True).first() or 0
