"""Saving a definition with the tool that comes with it."""

from __future__ import annotations

import json

import pytest

from linkhub.links.admin_definition_form import DefinitionForm
from linkhub.links.checks import Invalid
from linkhub.links.editing.saving import save_form
from linkhub.links.models import LinkDefinition, Tool
from tests import factories as make

pytestmark = pytest.mark.django_db
NEW_TOOL = {"name": "wiki", "kind": "wiki", "base_url": "https://other.example.com"}
TYPED = {
    "key": "page",
    "name": "Page",
    "level": "run",
    "template": "{{ .tool.base_url }}/{{ .runName }}",
    "position": "0",
    "link_type": "external",
    "new_tool": json.dumps(NEW_TOOL),
}


def form() -> DefinitionForm:
    return DefinitionForm(TYPED, instance=LinkDefinition())


def test_it_saves_both() -> None:
    typed = form()
    assert typed.is_valid(), typed.errors
    save_form(typed, project=None, key="page", user=make.make_admin())
    assert LinkDefinition.objects.get().tool == Tool.objects.get(name="wiki")


def test_a_draft_changes_no_tool_that_is_there() -> None:
    """Its address may come from anybody, and all the tool's links would lead elsewhere."""
    make.make_tool("wiki", "wiki")
    assert "There is a tool named `wiki` already." in form().errors["new_tool"]


def test_nor_one_that_was_made_meanwhile() -> None:
    typed = form()
    assert typed.is_valid()
    make.make_tool("wiki", "wiki")
    with pytest.raises(Invalid, match="already"):
        save_form(typed, project=None, key="page", user=make.make_admin())
    assert Tool.objects.get().base_url == "https://wiki.example.com"
    assert not LinkDefinition.objects.exists()
