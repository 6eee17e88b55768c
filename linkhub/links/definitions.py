"""Saving and deleting link definitions and tools: each edit is one change that reaches old runs.

Edits come one after the other: each locks the change counter first, so that what it then reads is
what it changes. It takes the counter's next value and keeps it on the row. What is stored already
is left alone: no change, no history, no backfill.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import transaction

from linkhub.accounts.models import Project, User
from linkhub.links.backfill import start_backfill
from linkhub.links.checks import Fault, Invalid, check_definition, check_tool
from linkhub.links.documents import (
    DefinitionDocument,
    ToolDocument,
    definition_columns,
    tool_columns,
)
from linkhub.links.models import LinkDefinition, Tool
from linkhub.runs.changes import next_change
from linkhub.runs.models import ChangeCounter

MOST_NAMED = 10
LONGEST_REASON = 100


@transaction.atomic
def save_definition(
    *,
    project: Project | None,
    key: str,
    document: DefinitionDocument,
    user: User | None = None,
    reason: str = "",
) -> tuple[LinkDefinition, bool]:
    """Make or replace a definition; return it and whether it is new (or back from deletion).

    `project` is its owner, none for the instance. Raises Invalid and changes nothing.
    """
    _wait_for_other_edits()
    _check_address(document, project, key)
    tool = Tool.objects.filter(name=document.tool).first() if document.tool else None
    check_definition(document, tool=tool)
    columns = definition_columns(document, key) | {"tool": tool, "deleted": False}
    row = _find(project, key) or LinkDefinition(project=project, key=key, deleted=True)
    created = row.deleted
    if created or not _holds(row, columns):
        _write(row, columns, user, reason or "saved")
        start_backfill(change=row.change, reason=f"definition {key} was saved", project=project)
    return row, created


@transaction.atomic
def delete_definition(
    *, project: Project | None, key: str, user: User | None = None, reason: str = ""
) -> bool:
    """Leave a tombstone; return whether there is, or was, such a definition."""
    _wait_for_other_edits()
    row = _find(project, key)
    if row is not None and not row.deleted:
        _write(row, {"deleted": True}, user, reason or "deleted")
        start_backfill(change=row.change, reason=f"definition {key} was deleted", project=project)
    return row is not None


@transaction.atomic
def save_tool(
    *, name: str, document: ToolDocument, user: User | None = None, reason: str = ""
) -> tuple[Tool, bool]:
    """Make or replace a tool; return it and whether it is new. Raises Invalid."""
    if document.name not in {None, name}:
        raise Invalid([Fault(("name",), f"must be `{name}`, as in its address")])
    _wait_for_other_edits()
    stored = Tool.objects.filter(name=name).first()
    check_tool(document, stored=stored)
    row, columns = stored or Tool(name=name), tool_columns(document)
    if stored is None or not _holds(row, columns):
        _write(row, columns, user, reason or "saved")
        start_backfill(change=row.change, reason=f"tool {name} was saved", project=None)
    return row, stored is None


@transaction.atomic
def delete_tool(*, name: str, user: User | None = None, reason: str = "") -> bool:
    """Remove a tool; return whether it was there. Raises Invalid where definitions need it."""
    _wait_for_other_edits()
    row = Tool.objects.filter(name=name).first()
    if row is None:
        return False
    users = row.definitions.filter(deleted=False).values_list("key", flat=True)
    if keys := list(users.order_by("key")[:MOST_NAMED]):
        raise Invalid([Fault((), f"is used by the definitions {', '.join(keys)}")])
    # Tombstones keep nothing alive.
    row.definitions.update(tool=None)
    # Stored links lose the tool here: without a digest they are written again if it comes back.
    row.links.update(tool=None, digest=b"")
    _explain(row, user, reason or "deleted")
    row.delete()
    start_backfill(change=next_change(wide=True), reason=f"tool {name} was deleted", project=None)
    return True


def _check_address(document: DefinitionDocument, project: Project | None, key: str) -> None:
    """What the document says of its own address, if anything, has to be true."""
    owner = project.name if project else None
    faults = []
    if document.key not in {None, key}:
        faults.append(Fault(("key",), f"must be `{key}`, as in its address"))
    if "project" in document.model_fields_set and document.project != owner:
        wanted = f"`{owner}`" if owner else "null"
        faults.append(Fault(("project",), f"must be {wanted}, as in its address"))
    if faults:
        raise Invalid(faults)


def _find(project: Project | None, key: str) -> LinkDefinition | None:
    rows = LinkDefinition.objects.select_related("project", "tool")
    return rows.filter(project=project, key=key).first()


def _holds(row: LinkDefinition | Tool, columns: dict[str, Any]) -> bool:
    return all(_same(getattr(row, name), value) for name, value in columns.items())


def _same(stored: Any, given: Any) -> bool:
    """Equal as documents are: Python alone would take 1 for True."""
    if isinstance(given, dict | list):
        return json.dumps(stored, sort_keys=True) == json.dumps(given, sort_keys=True)
    return bool(stored == given)


def _write(
    row: LinkDefinition | Tool, columns: dict[str, Any], user: User | None, reason: str
) -> None:
    for name, value in columns.items():
        setattr(row, name, value)
    row.change = next_change(wide=isinstance(row, Tool))
    _explain(row, user, reason)
    row.save(update_fields=None if row.pk is None else [*columns, "change"])


def _explain(row: LinkDefinition | Tool, user: User | None, reason: str) -> None:
    """Tell django-simple-history who and why, in its way."""
    row._history_user = user  # type: ignore[union-attr]
    row._change_reason = reason[:LONGEST_REASON]  # type: ignore[union-attr]


def _wait_for_other_edits() -> None:
    ChangeCounter.objects.select_for_update().first()
