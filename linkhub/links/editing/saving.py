"""Saving what the editor's form holds: the definition, and the tool that comes with it."""

from __future__ import annotations

from django.db import transaction

from linkhub.accounts.models import Project, User
from linkhub.links.admin_definition_form import DefinitionForm
from linkhub.links.checks import Fault, Invalid
from linkhub.links.definitions import save_definition, save_tool
from linkhub.links.documents import ToolDocument
from linkhub.links.models import LinkDefinition


@transaction.atomic
def add_tool(name: str, document: ToolDocument, *, user: User, reason: str) -> None:
    """Raises Invalid where another was made meanwhile: nobody has seen what that would lose."""
    _, is_new = save_tool(name=name, document=document, user=user, reason=reason)
    if not is_new:
        raise Invalid([Fault((), f"There is a tool named `{name}` already")])


@transaction.atomic
def save_form(
    form: DefinitionForm, *, project: Project | None, key: str, user: User
) -> LinkDefinition:
    """Raises Invalid where what was checked before has changed since."""
    new_tool: ToolDocument | None = form.cleaned_data.get("new_tool")
    reason: str = form.cleaned_data.get("reason") or ""
    if new_tool is not None and form.document.tool == new_tool.name:
        add_tool(new_tool.name or "", new_tool, user=user, reason=reason)
    row, _ = save_definition(
        project=project, key=key, document=form.document, user=user, reason=reason
    )
    return row
