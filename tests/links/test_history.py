"""History: what changed, by whom, and having a state back."""

from __future__ import annotations

from typing import Any

import pytest

from linkhub.links.checks import Invalid
from linkhub.links.definitions import (
    delete_definition,
    delete_tool,
    save_definition,
    save_tool,
)
from linkhub.links.documents import DefinitionDocument, ToolDocument, definition_as_document
from linkhub.links.edits import Edit
from linkhub.links.history import (
    deleted_definitions,
    deleted_tools,
    last_living,
    records_of,
    revisions_of,
    roll_back,
)
from linkhub.links.models import LinkDefinition, Tool
from tests.factories import make_admin, make_project, make_token

pytestmark = pytest.mark.django_db


def save(edit: Edit | None = None, **fields: Any) -> LinkDefinition:
    given = {"template": "https://x.example.com"} | fields
    if "provider" in fields:
        del given["template"]
    document = DefinitionDocument.model_validate(given)
    return save_definition(project=None, key="x", document=document, edit=edit)[0]


def save_grafana(**fields: Any) -> Tool:
    return save_tool(name="t", document=ToolDocument(kind="custom", **fields))[0]


def test_it_tells_each_change_with_its_differences() -> None:
    save(Edit(user=make_admin(), reason="first"), name="A")
    row = save(Edit(token=make_token()[0], way="API"), name="B", select={"task": "t*"})
    changed, created = revisions_of(row)
    assert (created.action, created.who, created.reason) == ("created", "root", "first")
    assert (changed.who[:4], changed.way, changed.current) == ("ci (", "API", True)
    assert [(each.field, each.before, each.after) for each in changed.diffs] == [
        ("name", "A", "B"),
        ("select", {}, {"task": "t*"}),
    ]


def test_it_tells_deletion_and_return_apart() -> None:
    row = save(name="A")
    delete_definition(project=None, key="x")
    save(name="A")
    assert [each.action for each in revisions_of(row)] == ["restored", "deleted", "created"]


def test_it_rolls_back_to_any_state() -> None:
    documents = []
    for number in range(3):
        row = save(name=str(number), params={"n": number}, ttl=f"{number + 1}d")
        documents.append(definition_as_document(row))
    for record, document in zip(records_of(row).reverse(), documents, strict=True):
        again = roll_back(record, edit=Edit(reason="because"))
        assert isinstance(again, LinkDefinition)
        assert definition_as_document(again) == document
    assert revisions_of(row)[0].reason.startswith("rolled back to 20")
    assert revisions_of(row)[0].reason.endswith(": because")


def test_it_restores_a_deleted_definition() -> None:
    project = make_project()
    document = DefinitionDocument(name="A", template="https://x.example.com")
    save_definition(project=project, key="x", document=document)
    delete_definition(project=project, key="x")
    [row] = deleted_definitions()
    roll_back(last_living(row), edit=Edit())
    assert LinkDefinition.objects.alive().get().project == project


def test_it_restores_a_deleted_tool_and_goes_on_with_its_history() -> None:
    save_grafana(title="T")
    delete_tool(name="t")
    [record] = deleted_tools()
    row = roll_back(record, edit=Edit())
    assert isinstance(row, Tool)
    assert (row.title, deleted_tools()) == ("T", [])
    assert [each.action for each in revisions_of(row)] == ["restored", "deleted", "created"]


def test_it_says_which_tool_is_missing() -> None:
    save_grafana()
    row = save(tool="t")
    save()
    delete_tool(name="t")
    with pytest.raises(Invalid, match="no tool named `t`"):
        roll_back(records_of(row).last(), edit=Edit())


def test_it_leaves_to_a_file_what_the_file_keeps() -> None:
    row = save(name="A")
    save(Edit(label="git"), name="B")
    with pytest.raises(Invalid, match="kept by the file"):
        roll_back(records_of(row).last(), edit=Edit())


def test_it_reads_a_history_at_a_constant_price(django_assert_num_queries: Any) -> None:
    save_grafana()
    for number in range(5):
        row = save(name=str(number), tool="t")
    with django_assert_num_queries(2):
        assert len(revisions_of(row)) == 5
