"""Applying a file: all of it in one transaction, or nothing.

The plan is made anew under the lock that every edit takes, so that what an admin saves meanwhile
is either seen or comes after.
"""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction

from linkhub.accounts.models import Project
from linkhub.links.as_code.file import ReadFile
from linkhub.links.as_code.plan import Options, Plan, Scope, Step, make_plan
from linkhub.links.changing import Changing
from linkhub.links.edits import Edit
from linkhub.links.models import LinkDefinition, Tool


@transaction.atomic
def apply_file(file: ReadFile, *, scope: Scope, options: Options, edit: Edit) -> Plan:
    """Make what is stored what the file says; return what was done. Raises BadFile."""
    changing = Changing(replace(edit, label=file.label))
    plan = make_plan(file, scope, options)
    file.check()
    for name in plan.projects:
        Project.objects.get_or_create(name=name)
    for step in plan.steps:
        _take(step, changing)
    changing.finish(f"the file labelled {file.label}" if file.label else "a file was applied")
    return plan


def plan_file(file: ReadFile, *, scope: Scope, options: Options) -> Plan:
    """What applying the file would do. Raises BadFile."""
    plan = make_plan(file, scope, options)
    file.check()
    return plan


def _take(step: Step, changing: Changing) -> None:
    row = step.row
    if row.managed_by:
        # The plan has seen that the file may.
        row.managed_by = changing.edit.label
    columns = dict(step.columns)
    if isinstance(row, Tool):
        if step.action == "delete":
            changing.delete_tool(row)
        else:
            changing.save_tool(row, columns)
        return
    if step.action == "delete":
        changing.delete_definition(row)
        return
    _refer(row, columns)
    changing.save_definition(row, columns)


def _refer(row: LinkDefinition, columns: dict[str, object]) -> None:
    """To projects and tools that the same file made, which the plan had only in mind."""
    if row.project is not None and row.project.pk is None:
        row.project = Project.objects.get(name=row.project.name)
    tool = columns.get("tool")
    if isinstance(tool, Tool) and tool.pk is None:
        columns["tool"] = Tool.objects.get(name=tool.name)
