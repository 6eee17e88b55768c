"""Saving and deleting link definitions and tools: each edit is one change that reaches old runs.

Edits come one after the other: each locks the change counter first, so that what it then reads is
what it changes. What is stored already is left alone: no change, no history, no backfill. How
rows, history, audit log and backfill are written stands in `changing.py`.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import transaction

from linkhub.accounts.models import Project, User
from linkhub.links.changing import Changing, find_definition
from linkhub.links.checks import Fault, Invalid, check_definition, check_tool
from linkhub.links.documents import (
    DefinitionDocument,
    ToolDocument,
    definition_columns,
    tool_columns,
)
from linkhub.links.edits import Edit
from linkhub.links.models import LinkDefinition, Tool

MOST_NAMED = 10


@transaction.atomic
def save_definition(
    *,
    project: Project | None,
    key: str,
    document: DefinitionDocument,
    user: User | None = None,
    reason: str = "",
    edit: Edit | None = None,
) -> tuple[LinkDefinition, bool]:
    """Make or replace a definition; return it and whether it is new (or back from deletion).

    `project` is its owner, none for the instance. `edit` says who changes it, where a user and a
    reason do not. Raises Invalid and changes nothing.
    """
    changing = Changing(edit or Edit(user=user, reason=reason))
    _check_address(document, project, key)
    tool = Tool.objects.filter(name=document.tool).first() if document.tool else None
    check_definition(document, tool=tool)
    row = find_definition(project, key) or LinkDefinition(project=project, key=key, deleted=True)
    created = row.deleted
    if columns := changed_columns(row, definition_columns(document, key) | {"tool": tool}):
        changing.save_definition(row, columns)
        changing.finish(f"definition {key} was saved")
    return row, created


@transaction.atomic
def delete_definition(
    *,
    project: Project | None,
    key: str,
    user: User | None = None,
    reason: str = "",
    edit: Edit | None = None,
) -> bool:
    """Leave a tombstone; return whether there is, or was, such a definition. Raises Invalid."""
    changing = Changing(edit or Edit(user=user, reason=reason))
    row = find_definition(project, key)
    if row is not None and not row.deleted:
        changing.delete_definition(row)
        changing.finish(f"definition {key} was deleted")
    return row is not None


@transaction.atomic
def save_tool(
    *,
    name: str,
    document: ToolDocument,
    user: User | None = None,
    reason: str = "",
    edit: Edit | None = None,
) -> tuple[Tool, bool]:
    """Make or replace a tool; return it and whether it is new. Raises Invalid."""
    if document.name not in {None, name}:
        raise Invalid([Fault(("name",), f"must be `{name}`, as in its address")])
    changing = Changing(edit or Edit(user=user, reason=reason))
    stored = Tool.objects.filter(name=name).first()
    check_tool(document, stored=stored)
    row = stored or Tool(name=name)
    if columns := changed_columns(row, tool_columns(document)):
        changing.save_tool(row, columns)
        changing.finish(f"tool {name} was saved")
    return row, stored is None


@transaction.atomic
def delete_tool(
    *, name: str, user: User | None = None, reason: str = "", edit: Edit | None = None
) -> bool:
    """Remove a tool; return whether it was there. Raises Invalid where definitions need it."""
    changing = Changing(edit or Edit(user=user, reason=reason))
    row = Tool.objects.filter(name=name).first()
    if row is None:
        return False
    users = row.definitions.filter(deleted=False).values_list("key", flat=True)
    if keys := list(users.order_by("key")[:MOST_NAMED]):
        raise Invalid([Fault((), f"is used by the definitions {', '.join(keys)}")])
    changing.delete_tool(row)
    changing.finish(f"tool {name} was deleted")
    return True


@transaction.atomic
def let_go(row: LinkDefinition | Tool, *, edit: Edit) -> bool:
    """Take the row from the file that keeps it, so that it can be changed by hand again."""
    changing = Changing(edit)
    row.refresh_from_db(fields=["managed_by"])
    if not row.managed_by:
        return False
    changing.let_go(row)
    return True


def changed_columns(row: LinkDefinition | Tool, columns: dict[str, Any]) -> dict[str, Any]:
    """Those that the row does not hold yet: all of a new row, or one back from deletion."""
    if isinstance(row, LinkDefinition) and row.deleted:
        return columns | {"deleted": False}
    if row.pk is None:
        return columns
    return {name: value for name, value in columns.items() if not _same(getattr(row, name), value)}


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


def _same(stored: Any, given: Any) -> bool:
    """Equal as documents are: Python alone would take 1 for True."""
    if isinstance(given, dict | list):
        return json.dumps(stored, sort_keys=True) == json.dumps(given, sort_keys=True)
    return bool(stored == given)
