"""What applying a file would change: found by comparing, without writing anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from linkhub.accounts.models import Project
from linkhub.links.as_code.file import DefinitionEntry, Entry, ReadFile, ToolEntry
from linkhub.links.as_code.tree import Location
from linkhub.links.checks import Invalid, check_definition, check_tool
from linkhub.links.definitions import changed_columns
from linkhub.links.documents import (
    definition_as_document,
    definition_columns,
    tool_as_document,
    tool_columns,
)
from linkhub.links.models import LinkDefinition, Tool

Action = Literal["create", "change", "delete"]


@dataclass(frozen=True)
class Scope:
    """What the file may change: one project's definitions, or (None) the whole instance."""

    project: Project | None = None


@dataclass(frozen=True)
class Options:
    """`prune` deletes what the label keeps and the file no longer lists; `take_over` takes what
    another label keeps."""

    prune: bool = False
    take_over: bool = False


@dataclass(frozen=True)
class FieldChange:
    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Step:
    """One row that changes. `columns` are what is written, none for a deletion."""

    action: Action
    row: LinkDefinition | Tool
    changes: tuple[FieldChange, ...] = ()
    columns: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return "tool" if isinstance(self.row, Tool) else "definition"

    @property
    def name(self) -> str:
        return self.row.name if isinstance(self.row, Tool) else self.row.key

    @property
    def project(self) -> str | None:
        owner = None if isinstance(self.row, Tool) else self.row.project
        return owner.name if owner else None


@dataclass
class Plan:
    """`steps` in the order in which they can be made; `left` are kept by the label, and neither
    in the file nor pruned; `projects` are made because definitions name them."""

    steps: list[Step] = field(default_factory=list)
    projects: list[str] = field(default_factory=list)
    unchanged: int = 0
    left: list[str] = field(default_factory=list)

    @property
    def changes_anything(self) -> bool:
        return bool(self.steps or self.projects)


def make_plan(file: ReadFile, scope: Scope, options: Options) -> Plan:
    """What is wrong goes to the file's mistakes; with any, the plan is of no use."""
    return _Planner(file, scope, options).plan()


class _Planner:
    def __init__(self, file: ReadFile, scope: Scope, options: Options) -> None:
        self.file, self.scope, self.options = file, scope, options
        self.made = Plan()
        self.tools = {row.name: row for row in Tool.objects.all()}
        rows = LinkDefinition.objects.select_related("project", "tool")
        if scope.project is not None:
            rows = rows.filter(project=scope.project)
        self.definitions = {(row.project_id, row.key): row for row in rows}
        names = {one.document.project for one in file.definitions} - {None}
        self.projects = {row.name: row for row in Project.objects.filter(name__in=names)}

    def plan(self) -> Plan:
        if self.options.prune and not self.file.label:
            self.file.add_mistake(("label",), "is needed to prune: it says what the file keeps")
        tools = [step for one in self.file.tools for step in self._tool(one)]
        definitions = [step for one in self.file.definitions for step in self._definition(one)]
        gone = list(self._gone_definitions())
        gone_tools = list(self._gone_tools(gone))
        self.made.steps = [*tools, *definitions, *gone, *gone_tools]
        return self.made

    # Tools -------------------------------------------------------------------------------

    def _tool(self, entry: Entry[ToolEntry]) -> Iterator[Step]:
        document = entry.document
        if self.scope.project is not None:
            self.file.add_mistake(entry.loc, "tools are the instance's: this needs more rights")
            return
        stored = self.tools.get(document.name)
        row = stored or Tool(name=document.name)
        with self._faults_at(entry.loc):
            check_tool(document, stored=stored)
            columns = self._with_label(changed_columns(row, tool_columns(document)), row)
            before = tool_as_document(row) if stored else None
            yield from self._step(entry.loc, row, columns, before)
        if stored is None:
            # So that the file's definitions find it.
            self.tools[document.name] = Tool(name=document.name, kind=document.kind)

    # Definitions -------------------------------------------------------------------------

    def _definition(self, entry: Entry[DefinitionEntry]) -> Iterator[Step]:
        document = entry.document
        owner = self._owner(entry)
        if owner is False:
            return
        tool = self.tools.get(document.tool or "")
        number = owner.pk if owner else None
        stored = self.definitions.get((number, document.key)) if not owner or owner.pk else None
        row = stored or LinkDefinition(project=owner, key=document.key, deleted=True)
        with self._faults_at(entry.loc):
            check_definition(document, tool=tool)
            wanted = definition_columns(document, document.key) | {"tool": tool}
            columns = self._with_label(changed_columns(row, wanted), row)
            before = None if row.deleted else definition_as_document(row)
            yield from self._step(entry.loc, row, columns, before)

    def _owner(self, entry: Entry[DefinitionEntry]) -> Project | Literal[False] | None:
        """The project that owns it, None for the instance; False where that may not be.

        Whoever may change one project alone is not told which others there are.
        """
        name = entry.document.project
        only = self.scope.project
        if only is not None and name != only.name:
            said = f"there is no project `{name}` that you may change"
            message = said if name else f"must be `{only.name}`: the rest needs more rights"
            self.file.add_mistake((*entry.loc, "project"), message)
            return False
        if name is None:
            return None
        if name not in self.projects:
            self.projects[name] = Project(name=name)
            self.made.projects.append(name)
        return self.projects[name]

    # Both --------------------------------------------------------------------------------

    def _with_label(self, columns: dict[str, Any], row: LinkDefinition | Tool) -> dict[str, Any]:
        label = self.file.label
        return columns | {"managed_by": label} if label and row.managed_by != label else columns

    def _step(
        self,
        loc: Location,
        row: LinkDefinition | Tool,
        columns: dict[str, Any],
        before: dict[str, Any] | None,
    ) -> Iterator[Step]:
        if not columns:
            self.made.unchanged += 1
            return
        keeper = row.managed_by
        if keeper and keeper != self.file.label and not self.options.take_over:
            self.file.add_mistake(loc, f"is kept by the file labelled `{keeper}`")
            return
        if before is None:
            yield Step("create", row, (), columns)
        else:
            yield Step("change", row, tuple(_field_changes(row, columns)), columns)

    @contextmanager
    def _faults_at(self, loc: Location) -> Iterator[None]:
        """What the checks find wrong is a mistake at its line."""
        try:
            yield
        except Invalid as error:
            for fault in error.faults:
                self.file.add_mistake((*loc, *fault.loc), fault.message)

    # What left the file ------------------------------------------------------------------

    def _gone_definitions(self) -> Iterator[Step]:
        listed = {(one.document.project, one.document.key) for one in self.file.definitions}
        for row in self._kept(self.definitions.values()):
            assert isinstance(row, LinkDefinition)
            owner = row.project.name if row.project else None
            if not row.deleted and (owner, row.key) not in listed:
                yield from self._gone(row, f"definition {row.key}")

    def _gone_tools(self, gone: list[Step]) -> Iterator[Step]:
        listed = {one.document.name for one in self.file.tools}
        if self.scope.project is not None:
            return
        for row in self._kept(self.tools.values()):
            assert isinstance(row, Tool)
            if row.name not in listed:
                yield from self._gone_tool(row, gone)

    def _gone_tool(self, row: Tool, gone: list[Step]) -> Iterator[Step]:
        listed = {(each.document.project, each.document.key) for each in self.file.definitions}
        users = [one.document.key for one in self.file.definitions if one.document.tool == row.name]
        stored = (
            LinkDefinition.objects.alive()
            .filter(tool=row)
            .exclude(pk__in=[step.row.pk for step in gone])
        )
        for project, key in stored.values_list("project__name", "key"):
            if (project, key) not in listed:
                users.append(key)
        if users and self.options.prune:
            used = ", ".join(sorted(set(users))[:10])
            self.file.add_mistake((), f"tool {row.name} has left the file, and {used} use it")
            return
        yield from self._gone(row, f"tool {row.name}")

    def _kept(self, rows: Any) -> list[LinkDefinition | Tool]:
        label = self.file.label
        return [row for row in rows if label and row.pk and row.managed_by == label]

    def _gone(self, row: LinkDefinition | Tool, name: str) -> Iterator[Step]:
        if self.options.prune:
            yield Step("delete", row)
        else:
            self.made.left.append(name)


def _field_changes(row: LinkDefinition | Tool, columns: Mapping[str, Any]) -> Iterator[FieldChange]:
    for name, value in columns.items():
        yield FieldChange(name, _shown(getattr(row, name)), _shown(value))


def _shown(value: Any) -> Any:
    """As a document has it."""
    if isinstance(value, Tool):
        return value.name
    return (
        value
        if value is None or isinstance(value, str | int | float | bool | dict | list)
        else str(value)
    )
