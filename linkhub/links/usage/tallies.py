"""How many of each definition's links are broken, counted now and then and kept.

On a big table a part of its pages is read, so that the price does not grow with it; of a
definition that has no link there, up to a thousand are read by their index.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from linkhub.links.models import ClickDay, State

# Rows that are read of a big table, about.
SAMPLE = 200_000
OF_ONE = 1_000
CLICKS_KEPT = timedelta(days=400)

BROKEN = (State.MISSING, State.BLOCKED, State.FAILED)
DECIDED = (State.READY, *BROKEN)
ROWS = "SELECT greatest(reltuples, 0) FROM pg_class WHERE oid = 'links_link'::regclass"
TALLY = """
    INSERT INTO links_tally (definition_id, links, broken, sampled, counted_at)
    SELECT l.definition_id, count(*), count(*) FILTER (WHERE l.state = ANY(%(broken)s)),
           %(sampled)s, %(now)s
    FROM links_link l {sample}
    JOIN links_linkdefinition d ON d.id = l.definition_id AND NOT d.deleted
    WHERE l.state = ANY(%(decided)s)
    GROUP BY l.definition_id
    ON CONFLICT (definition_id) DO UPDATE SET links = EXCLUDED.links,
        broken = EXCLUDED.broken, sampled = EXCLUDED.sampled, counted_at = EXCLUDED.counted_at
"""
TALLY_REST = """
    INSERT INTO links_tally (definition_id, links, broken, sampled, counted_at)
    SELECT d.id, found.links, found.broken, found.links >= %(most)s, %(now)s
    FROM links_linkdefinition d CROSS JOIN LATERAL (
        SELECT count(*) AS links, count(*) FILTER (WHERE state = ANY(%(broken)s)) AS broken
        FROM (SELECT state FROM links_link l WHERE l.definition_id = d.id
                AND state = ANY(%(decided)s) LIMIT %(most)s) AS first
    ) AS found
    WHERE NOT d.deleted AND NOT EXISTS (
        SELECT FROM links_tally t WHERE t.definition_id = d.id AND t.counted_at >= %(now)s
    )
    ON CONFLICT (definition_id) DO UPDATE SET links = EXCLUDED.links,
        broken = EXCLUDED.broken, sampled = EXCLUDED.sampled, counted_at = EXCLUDED.counted_at
"""


def tally_links() -> None:
    """Count again what is broken, and let go of counts of clicks that nothing shows any more."""
    now = timezone.now()
    asked: dict[str, Any] = {
        "broken": list(BROKEN),
        "decided": list(DECIDED),
        "now": now,
        "most": OF_ONE,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ROWS)
        (rows,) = cursor.fetchone() or (0,)
        sampled = rows > SAMPLE
        sample = f"TABLESAMPLE SYSTEM ({100 * SAMPLE / rows:.4f})" if sampled else ""
        cursor.execute(TALLY.format(sample=sample), {**asked, "sampled": sampled})
        cursor.execute(TALLY_REST, asked)
    ClickDay.objects.filter(day__lt=(now - CLICKS_KEPT).date()).delete()
