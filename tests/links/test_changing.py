"""Every change of a definition or tool leaves its history and an entry of the audit log."""

from __future__ import annotations

from typing import Any

import pytest

from linkhub.accounts.models import AuditEntry
from linkhub.links.checks import Invalid
from linkhub.links.definitions import (
    delete_definition,
    delete_tool,
    let_go,
    save_definition,
    save_tool,
)
from linkhub.links.documents import DefinitionDocument, ToolDocument
from linkhub.links.edits import Edit
from linkhub.links.models import Backfill, LinkDefinition, Tool
from tests.factories import make_admin, make_definition, make_token, make_tool

pytestmark = pytest.mark.django_db


def definition(**fields: Any) -> DefinitionDocument:
    return DefinitionDocument.model_validate({"template": "https://x.example.com"} | fields)


def actions() -> list[tuple[str, str]]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", "kind"))


def test_it_audits_each_change_of_a_definition() -> None:
    for name in ("A", "B"):
        save_definition(project=None, key="x", document=definition(name=name))
    delete_definition(project=None, key="x")
    save_definition(project=None, key="x", document=definition())
    assert [action for action, _ in actions()] == ["created", "changed", "deleted", "restored"]


def test_it_audits_each_change_of_a_tool() -> None:
    save_tool(name="t", document=ToolDocument(kind="custom"))
    save_tool(name="t", document=ToolDocument(kind="custom", title="T"))
    delete_tool(name="t")
    assert actions() == [("created", "tool"), ("changed", "tool"), ("deleted", "tool")]


def test_it_says_who_and_what() -> None:
    token, _ = make_token()
    edit = Edit(token=token, reason="new host", way="API")
    save_definition(project=None, key="x", document=definition(name="A"), edit=edit)
    entry = AuditEntry.objects.get(kind="definition")
    assert (entry.actor_kind, entry.reason, entry.after["name"]) == ("token", "new host", "A")


def test_it_writes_token_and_way_into_the_history() -> None:
    token, _ = make_token()
    edit = Edit(token=token, way="API")
    save_tool(name="t", document=ToolDocument(kind="custom"), edit=edit)
    delete_tool(name="t", edit=edit)
    rows = Tool.history.all()
    assert {(row.author, row.way) for row in rows} == {(str(token), "API")}


def test_it_starts_no_backfill_for_what_no_link_depends_on() -> None:
    save_tool(name="t", document=ToolDocument(kind="custom"))
    before = Backfill.objects.count()
    save_tool(name="t", document=ToolDocument(kind="custom", check_links=True))
    assert Tool.objects.get().check_links
    assert Backfill.objects.count() == before


@pytest.mark.parametrize("label", ["", "other"])
def test_it_leaves_to_a_file_what_the_file_keeps(label: str) -> None:
    make_definition("x", managed_by="git")
    with pytest.raises(Invalid, match="kept by the file labelled `git`"):
        save_definition(
            project=None, key="x", document=definition(name="B"), edit=Edit(label=label)
        )
    with pytest.raises(Invalid, match="git"):
        delete_definition(project=None, key="x", edit=Edit(label=label))


def test_it_leaves_a_files_tools_to_it() -> None:
    make_tool("t", kind="custom", managed_by="git")
    with pytest.raises(Invalid, match="git"):
        save_tool(name="t", document=ToolDocument(kind="custom", title="T"))
    with pytest.raises(Invalid, match="git"):
        delete_tool(name="t")


def test_it_can_be_taken_from_its_file() -> None:
    row = make_definition("x", managed_by="git")
    assert let_go(row, edit=Edit(user=make_admin()))
    save_definition(project=None, key="x", document=definition(name="B"))
    assert LinkDefinition.objects.get().name == "B"
    assert not let_go(row, edit=Edit())
