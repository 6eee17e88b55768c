"""Asking for a back-link, in the transaction that stores the links."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from django.db import connection

from linkhub.links.models import State
from linkhub.links.outcomes import Outcome

_IDENTITY = ("project_id", "run_id", "action_id", "attempt_id", "pod_id", "key")
# Two branches, because no index serves "this action, or none" at once. One that is asked for
# again is left alone, unless its link leads elsewhere now.
_ASK = """
    WITH asked AS (
        SELECT * FROM jsonb_to_recordset(%s::jsonb) AS x (
            project_id bigint, run_id bigint, action_id bigint, attempt_id bigint, pod_id bigint,
            key text)
    ), found AS (
        SELECT l.id, l.url FROM asked AS x JOIN links_link AS l
          ON l.action_id = x.action_id AND l.key = x.key
         AND l.attempt_id IS NOT DISTINCT FROM x.attempt_id
         AND l.pod_id IS NOT DISTINCT FROM x.pod_id
        UNION ALL
        SELECT l.id, l.url FROM asked AS x JOIN links_link AS l
          ON l.project_id = x.project_id AND l.run_id = x.run_id AND l.key = x.key
         AND l.action_id IS NULL AND l.attempt_id IS NULL AND l.pod_id IS NULL
        WHERE x.action_id IS NULL
    )
    INSERT INTO links_backlink (link_id, url, state, error, attempts, not_before)
    SELECT id, url, 'pending', '', 0, statement_timestamp() FROM found ORDER BY id
    ON CONFLICT (link_id) DO UPDATE
       SET url = excluded.url, state = 'pending', error = '', attempts = 0,
           not_before = excluded.not_before, claimed_until = NULL
     WHERE links_backlink.url <> excluded.url
"""


def ask_for_backlinks(outcomes: Sequence[Outcome], definitions: Collection[int]) -> None:
    """Of the stored links that are ready, those of `definitions`; of a project's own level none."""
    if not definitions:
        return
    asked = [
        {name: row[name] for name in _IDENTITY}
        for outcome in outcomes
        for row in outcome.rows.values()
        if row["definition_id"] in definitions and row["state"] == State.READY and row["run_id"]
    ]
    if asked:
        with connection.cursor() as cursor:
            cursor.execute(_ASK, [json.dumps(asked)])
