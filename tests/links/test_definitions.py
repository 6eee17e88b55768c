from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection, transaction

from linkhub.links.checks import Invalid
from linkhub.links.definitions import (
    delete_definition,
    delete_tool,
    save_definition,
    save_tool,
)
from linkhub.links.documents import DefinitionDocument, ToolDocument
from linkhub.links.models import Backfill, LinkDefinition, Tool
from linkhub.runs.changes import current_change, next_change
from tests.factories import make_admin, make_link, make_project, make_run, make_tool

pytestmark = pytest.mark.django_db


def definition(**fields: Any) -> DefinitionDocument:
    return DefinitionDocument.model_validate({"template": "https://x.example.com"} | fields)


def save(**fields: Any) -> LinkDefinition:
    return save_definition(project=None, key="x", document=definition(**fields))[0]


def test_it_takes_a_change_value_for_each_edit() -> None:
    first, second = save().change, save(name="X").change
    assert 0 < first < second == current_change()


def test_it_leaves_alone_what_is_stored_already() -> None:
    before = save(ttl="30d", select={"phase": "running"})
    after = save(ttl="720h", select={"phase": "running"})
    assert (after.change, after.history.count()) == (before.change, 1)
    assert Backfill.objects.count() == 1


def test_it_tells_a_truth_value_from_a_number() -> None:
    save(params={"panel": 1})
    assert save(params={"panel": True}).params == {"panel": True}
    assert Backfill.objects.count() == 2


def test_it_calls_a_definition_by_its_key_where_it_has_no_name() -> None:
    assert save().name == "x"


def test_it_writes_who_and_why_into_the_history() -> None:
    admin = make_admin()
    save_definition(project=None, key="x", document=definition(), user=admin, reason="why" * 500)
    entry = LinkDefinition.objects.get().history.get()
    assert (entry.history_user, entry.history_change_reason) == (admin, ("why" * 500)[:1000])


@pytest.mark.parametrize("fields", [{"key": "y"}, {"project": "flytesnacks"}])
def test_it_refuses_a_document_of_another_address(fields: dict[str, str]) -> None:
    with pytest.raises(Invalid, match="as in its address"):
        save(**fields)


def test_it_takes_a_document_of_its_own_address() -> None:
    project = make_project()
    document = definition(key="x", project="flytesnacks")
    assert save_definition(project=project, key="x", document=document)[1]


def test_it_has_a_projects_runs_follow_a_projects_definition() -> None:
    project = make_project()
    save_definition(project=project, key="x", document=definition())
    assert Backfill.objects.get().project == project


def test_it_changes_nothing_where_something_is_wrong() -> None:
    before = current_change()
    with pytest.raises(Invalid):
        save(template="https://x.example.com/{{ .nothing }}")
    assert (LinkDefinition.objects.count(), current_change()) == (0, before)


def test_it_lets_go_of_the_tool_of_a_deleted_definition() -> None:
    save_tool(name="t", document=ToolDocument(kind="custom"))
    save(tool="t")
    with pytest.raises(Invalid, match="used by the definitions x"):
        delete_tool(name="t")
    delete_definition(project=None, key="x")
    assert delete_tool(name="t")
    assert not Tool.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_it_makes_one_definition_of_two_that_are_saved_at_once() -> None:
    next_change()
    saved: list[bool] = []

    def save_too() -> None:
        saved.append(save_definition(project=None, key="x", document=definition())[1])
        connection.close()

    other = threading.Thread(target=save_too)
    with transaction.atomic():
        saved.append(save_definition(project=None, key="x", document=definition())[1])
        other.start()
        other.join(0.2)
        assert other.is_alive()
    other.join(10)
    assert saved == [True, False]
    assert LinkDefinition.objects.count() == 1


def test_it_has_links_written_again_whose_tool_was_deleted() -> None:
    link = make_link(make_run(), tool=make_tool("lens", kind="x"))
    delete_tool(name="lens")
    link.refresh_from_db()
    assert (link.tool, bytes(link.digest)) == (None, b"")
