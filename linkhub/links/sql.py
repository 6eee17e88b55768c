"""The statements by which outcomes are stored, one a table a batch (`linkhub/links/write.py`)."""

from __future__ import annotations

# Deleting a run waits here, before anything else is held. What comes back are the days to mark.
LOCK_RUNS = """
    SELECT workflow_id, (created_at AT TIME ZONE 'UTC')::date FROM runs_run WHERE id = ANY(%s)
    ORDER BY project_id, domain, name FOR KEY SHARE
"""

# In the order in which `mark` locks them.
LOCK_PENDING = """
    SELECT id, generation, claim, project_id, run_id, action_id FROM runs_pending
    WHERE id = ANY(%(ids)s)
       OR (lane = 'python' AND (
            action_id = ANY(%(actions)s::bigint[])
            OR (run_id = ANY(%(runs)s::bigint[]) AND action_id IS NULL)
            OR (project_id = ANY(%(projects)s::bigint[]) AND run_id IS NULL)))
    ORDER BY project_id, run_id NULLS FIRST, action_id NULLS FIRST, lane
    FOR UPDATE
"""

LINK_COLUMNS = {
    "project_id": "bigint",
    "run_id": "bigint",
    "action_id": "bigint",
    "attempt_id": "bigint",
    "pod_id": "bigint",
    "key": "text",
    "run_created": "timestamptz",
    "name": "text",
    "description": "text",
    "level": "text",
    "url": "text",
    "url_digest": "text",
    "host_origin": "text",
    "state": "text",
    "reason": "text",
    "missing": "text[]",
    "notes": "text[]",
    "origin": "text",
    "definition_id": "bigint",
    "tool": "text",
    "provider": "text",
    "group": "text",
    "position": "integer",
    "icon": "text",
    "link_type": "text",
    "message_format": "text",
    "new_tab": "boolean",
    "depends_on_now": "boolean",
    "expires_at": "timestamptz",
    "digest": "text",
}
NATURAL_KEY = ("project_id", "run_id", "action_id", "attempt_id", "pod_id", "key")
# Bytes travel as hexadecimal, the tool by name; a definition or tool that has gone meanwhile
# leaves a link without one.
EXPRESSIONS = {
    "url_digest": "decode(x.url_digest, 'hex')",
    "digest": "decode(x.digest, 'hex')",
    "definition_id": "d.id",
    "tool": "t.id",
}


def _upsert_links() -> str:
    columns = {name: f'"{name}"' for name in LINK_COLUMNS} | {"tool": "tool_id"}
    given = ", ".join(f'"{name}" {kind}' for name, kind in LINK_COLUMNS.items())
    values = ", ".join(EXPRESSIONS.get(name, f'x."{name}"') for name in LINK_COLUMNS)
    changes = ", ".join(
        f"{column} = excluded.{column}"
        for name, column in columns.items()
        if name not in NATURAL_KEY
    )
    key = ", ".join(NATURAL_KEY)
    return f"""
        INSERT INTO links_link ({", ".join(columns.values())}, resolved_at)
        SELECT {values}, statement_timestamp()
        FROM jsonb_to_recordset(%s::jsonb) AS x ({given})
        LEFT JOIN links_linkdefinition AS d ON d.id = x.definition_id
        LEFT JOIN links_tool AS t ON t.name = x.tool
        ORDER BY {", ".join(f"x.{name} NULLS FIRST" for name in NATURAL_KEY)}
        ON CONFLICT ({key}) DO UPDATE SET {changes}, resolved_at = excluded.resolved_at
    """  # noqa: S608 (made of the constants above alone)


UPSERT_LINKS = _upsert_links()

UPSERT_RESOLVED = """
    INSERT INTO links_resolved (project_id, run_id, action_id, change)
    SELECT u.project_id, u.run_id, u.action_id, %(change)s
    FROM unnest(%(projects)s::bigint[], %(runs)s::bigint[], %(actions)s::bigint[])
         AS u (project_id, run_id, action_id)
    ON CONFLICT (project_id, run_id, action_id) DO UPDATE SET change = excluded.change
"""
