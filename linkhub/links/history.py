"""What became of a definition or tool: each change with who, when, why and what; and undoing it.

The rows are django-simple-history's. A tool's history goes by its name, since one that is made
again after its deletion is another row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeAlias

from django.db.models import QuerySet

from linkhub.links.checks import Fault, Invalid
from linkhub.links.definitions import save_definition, save_tool
from linkhub.links.documents import (
    DefinitionDocument,
    ToolDocument,
    definition_as_document,
    tool_as_document,
)
from linkhub.links.edits import Edit
from linkhub.links.models import LinkDefinition, Tool

MOST_REVISIONS = 200
# A row of history; its class is made by django-simple-history.
Record: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class FieldDiff:
    """A field of the document before and after; none where there was no such thing."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Revision:
    """One change. `action` is created, changed, deleted or restored; `who` a user's or a token's
    name, empty where a command did it. `current`: what it made is what is there now."""

    pk: int
    at: datetime
    action: str
    who: str
    way: str
    reason: str
    diffs: tuple[FieldDiff, ...]
    current: bool

    @property
    def can_be_had_back(self) -> bool:
        return not self.current and self.action != "deleted"


def revisions_of(row: LinkDefinition | Tool) -> list[Revision]:
    """The newest first, at most the last 200."""
    records = list(records_of(row).select_related("history_user")[: MOST_REVISIONS + 1])
    states = [_State(record, names) for names in [_tool_names(records)] for record in records]
    pairs = zip(states, [*states[1:], None], strict=True)
    revisions = [_revision(state, before) for state, before in pairs]
    if revisions:
        revisions[0] = replace(revisions[0], current=True)
    return revisions[:MOST_REVISIONS]


def records_of(row: LinkDefinition | Tool) -> QuerySet[Any]:
    rows: QuerySet[Any] = (
        Tool.history.filter(name=row.name)
        if isinstance(row, Tool)
        else LinkDefinition.history.filter(id=row.pk)
    )
    return rows


def document_at(record: Record) -> dict[str, Any]:
    """What was stored after the change, as a document."""
    return _State(record, _tool_names([record])).document


def roll_back(record: Record, *, edit: Edit) -> LinkDefinition | Tool:
    """Store again what was stored after that change: of a deleted one too. Raises Invalid.

    The document is checked as any other: a provider or a tool may be gone meanwhile.
    """
    said = f"rolled back to {record.history_date:%Y-%m-%d %H:%M:%S} UTC"
    edit = replace(edit, reason=f"{said}: {edit.reason}" if edit.reason else said)
    document = document_at(record)
    if _is_tool(record):
        given = ToolDocument.model_validate(document)
        return save_tool(name=record.name, document=given, edit=edit)[0]
    row = LinkDefinition.objects.select_related("project").filter(pk=record.id).first()
    if row is None:
        raise Invalid([Fault((), "went with its project")])
    return save_definition(
        project=row.project,
        key=row.key,
        document=DefinitionDocument.model_validate(document),
        edit=edit,
    )[0]


def deleted_definitions() -> QuerySet[LinkDefinition]:
    """The tombstones."""
    return LinkDefinition.objects.filter(deleted=True).select_related("project").order_by("key")


def deleted_tools() -> list[Record]:
    """The last record of each tool that is there no more."""
    there = Tool.objects.values("name")
    gone = Tool.history.filter(history_type="-").exclude(name__in=there)
    latest = gone.order_by("name", "-history_date", "-history_id").distinct("name")
    return list(latest.select_related("history_user"))


def last_living(row: LinkDefinition) -> Record | None:
    """The state that a deleted definition had before."""
    return LinkDefinition.history.filter(id=row.pk, deleted=False).first()


class _State:
    """A row of history, read."""

    def __init__(self, record: Record, tool_names: dict[int, str]) -> None:
        self.record = record
        fields = {each.attname: getattr(record, each.attname) for each in record.tracked_fields}
        if _is_tool(record):
            self.is_there = record.history_type != "-"
            self.document = tool_as_document(Tool(**fields))
        else:
            self.is_there = not record.deleted
            self.document = self._definition(fields, tool_names)
        self.keeper: str = record.managed_by

    def _definition(self, fields: dict[str, Any], tool_names: dict[int, str]) -> dict[str, Any]:
        tool = fields.pop("tool_id")
        row = LinkDefinition(**fields | {"project_id": None})
        if tool is not None:
            row.tool = Tool(name=tool_names.get(tool, f"a tool that is gone ({tool})"))
        document = definition_as_document(row)
        # It never changes hands, and its owner is not read with each record.
        del document["project"]
        return document


def _revision(state: _State, before: _State | None) -> Revision:
    record = state.record
    return Revision(
        pk=record.history_id,
        at=record.history_date,
        action=_action(state, before),
        who=str(record.history_user or record.author or ""),
        way=record.way,
        reason=record.history_change_reason or "",
        diffs=tuple(_diffs(state, before)),
        current=False,
    )


def _action(state: _State, before: _State | None) -> str:
    if not state.is_there:
        return "deleted"
    if before is None:
        return "created"
    return "changed" if before.is_there else "restored"


def _diffs(state: _State, before: _State | None) -> Iterator[FieldDiff]:
    if not state.is_there or before is None:
        return
    for name, after in state.document.items():
        if (was := before.document[name]) != after:
            yield FieldDiff(name, was, after)
    if state.keeper != before.keeper:
        yield FieldDiff("kept by the file labelled", before.keeper, state.keeper)


def _is_tool(record: Record) -> bool:
    return bool(record._meta.model is Tool.history.model)


def _tool_names(records: Sequence[Record]) -> dict[int, str]:
    """By id, of tools that are gone too."""
    ids = {record.tool_id for record in records if hasattr(record, "tool_id")} - {None}
    return dict(Tool.history.filter(id__in=ids).values_list("id", "name")) if ids else {}
