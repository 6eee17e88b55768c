"""The one place where definitions and tools are written, in one transaction of edits.

Each row that changes takes the transaction's value of the change counter, a row of history and an
entry of the audit log; what the transaction reaches is followed by one backfill.
"""

from __future__ import annotations

from typing import Any

from linkhub.accounts.audit import record_change
from linkhub.accounts.models import AuditEntry, Project
from linkhub.links.backfill import start_backfill
from linkhub.links.checks import Fault, Invalid
from linkhub.links.documents import definition_as_document, tool_as_document
from linkhub.links.edits import Edit, editing
from linkhub.links.models import LinkDefinition, Tool
from linkhub.runs.changes import next_change
from linkhub.runs.models import ChangeCounter

LONGEST_REASON = 1000
# What no link depends on.
BESIDE_LINKS = frozenset({"check_links", "managed_by"})
Action = AuditEntry.Action


def find_definition(project: Project | None, key: str) -> LinkDefinition | None:
    """A tombstone too."""
    rows = LinkDefinition.objects.select_related("project", "tool")
    return rows.filter(project=project, key=key).first()


class Changing:
    """The edits of one transaction. From here on no other edit changes what it reads.

    Its methods raise Invalid for a row that another file than the edit's keeps.
    """

    def __init__(self, edit: Edit) -> None:
        ChangeCounter.objects.select_for_update().first()
        self.edit = edit
        self._value: int | None = None
        self._is_wide = False
        # Whose links are to follow; None stands for all projects'.
        self._reached: set[Project | None] = set()

    def save_definition(self, row: LinkDefinition, columns: dict[str, Any]) -> None:
        """Write what changes of the row; a new row, or one back from deletion, as a whole."""
        self._check_keeper(row)
        before = None if row.deleted else definition_as_document(row)
        if columns.keys() - BESIDE_LINKS:
            columns = columns | {"change": self._take(wide=False)}
            self._reached.add(row.project)
        was_there = row.pk is not None and before is None
        self._write(row, self._labelled(columns), "saved")
        action = Action.RESTORED if was_there else Action.CHANGED if before else Action.CREATED
        self._audit(action, row, before, definition_as_document(row))

    def delete_definition(self, row: LinkDefinition) -> None:
        """Leave a tombstone."""
        self._check_keeper(row)
        before = definition_as_document(row)
        change = self._take(wide=False)
        self._reached.add(row.project)
        self._write(row, {"deleted": True, "managed_by": "", "change": change}, "deleted")
        self._audit(Action.DELETED, row, before, None)

    def save_tool(self, row: Tool, columns: dict[str, Any]) -> None:
        self._check_keeper(row)
        before = tool_as_document(row) if row.pk else None
        if columns.keys() - BESIDE_LINKS:
            columns = columns | {"change": self._take(wide=True)}
            self._reached.add(None)
        self._write(row, self._labelled(columns), "saved")
        self._audit(
            Action.CHANGED if before else Action.CREATED, row, before, tool_as_document(row)
        )

    def delete_tool(self, row: Tool) -> None:
        """The caller has seen that no definition needs it."""
        self._check_keeper(row)
        before = tool_as_document(row)
        # Tombstones keep nothing alive.
        row.definitions.update(tool=None)
        # Stored links lose the tool here: without a digest they are written again if it comes back.
        row.links.update(tool=None, digest=b"")
        self._take(wide=True)
        self._reached.add(None)
        self._audit(Action.DELETED, row, before, None)
        row._change_reason = self._reason("deleted")  # type: ignore[attr-defined]
        with editing(self.edit):
            row.delete()

    def let_go(self, row: LinkDefinition | Tool) -> None:
        """Take the row from the file that keeps it; its links stay as they are."""
        keeper = row.managed_by
        self._write(row, {"managed_by": ""}, f"taken from the file labelled {keeper}")
        self._audit(Action.CHANGED, row, {"managed_by": keeper}, {"managed_by": ""})

    def finish(self, reason: str) -> None:
        """Have what was changed followed by old runs."""
        if self._value is None:
            return
        [project] = self._reached if len(self._reached) == 1 else [None]
        start_backfill(change=self._value, reason=reason, project=project)

    def _check_keeper(self, row: LinkDefinition | Tool) -> None:
        if row.managed_by and row.managed_by != self.edit.label:
            message = f"is kept by the file labelled `{row.managed_by}`, and changed there alone"
            raise Invalid([Fault((), message)])

    def _take(self, *, wide: bool) -> int:
        """The transaction's value of the counter; what is committed at once may share one."""
        if self._value is None or (wide and not self._is_wide):
            self._value = next_change(wide=wide)
            self._is_wide = wide
        return self._value

    def _labelled(self, columns: dict[str, Any]) -> dict[str, Any]:
        return columns | {"managed_by": self.edit.label} if self.edit.label else columns

    def _write(self, row: LinkDefinition | Tool, columns: dict[str, Any], reason: str) -> None:
        for name, value in columns.items():
            setattr(row, name, value)
        row._change_reason = self._reason(reason)  # type: ignore[union-attr]
        with editing(self.edit):
            row.save(update_fields=None if row.pk is None else [*columns])

    def _reason(self, otherwise: str) -> str:
        return (self.edit.reason or otherwise)[:LONGEST_REASON]

    def _audit(
        self,
        action: Action,
        row: LinkDefinition | Tool,
        before: dict[str, Any] | None,
        after: dict[str, Any] | None,
    ) -> None:
        kind, name, project = (
            ("tool", row.name, None)
            if isinstance(row, Tool)
            else ("definition", row.key, row.project)
        )
        record_change(
            actor=self.edit.actor,
            action=action,
            kind=kind,
            name=name,
            project=project,
            before=before,
            after=after,
            reason=self.edit.reason[:LONGEST_REASON],
        )
