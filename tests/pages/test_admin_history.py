"""The admin's history, roll-back and deleted pages."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from linkhub.links.definitions import delete_definition, delete_tool, save_definition, save_tool
from linkhub.links.documents import DefinitionDocument, ToolDocument
from linkhub.links.models import LinkDefinition, Tool
from tests import factories as make

pytestmark = pytest.mark.django_db
DEFINITIONS = "/admin/links/linkdefinition/"
TOOLS = "/admin/links/tool/"


def save(name: str) -> LinkDefinition:
    document = DefinitionDocument(name=name, template="https://x.example.com")
    return save_definition(project=None, key="board", document=document)[0]


def clerk(*permissions: str) -> Client:
    user = make.make_user("clerk", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def test_it_shows_what_changed(admin: Client) -> None:
    save("Old <b>name</b>")
    row = save("New name")
    body = admin.get(f"{DEFINITIONS}{row.pk}/history/").content.decode()
    assert "<del>Old &lt;b&gt;name&lt;/b&gt;</del>" in body
    assert "<ins>New name</ins>" in body


def test_it_rolls_back(admin: Client) -> None:
    save("A")
    row = save("B")
    first = row.history.last()
    response = admin.post(
        f"{DEFINITIONS}history/{first.history_id}/roll-back/", {"reason": "wrong board"}
    )
    assert response["Location"] == f"{DEFINITIONS}{row.pk}/history/"
    row.refresh_from_db()
    entry = row.history.first()
    assert (row.name, entry.history_user.username, entry.way) == ("A", "root", "admin")
    assert entry.history_change_reason.endswith("UTC: wrong board")


def test_it_restores_what_was_deleted(admin: Client) -> None:
    save("A")
    delete_definition(project=None, key="board")
    page = admin.get(f"{DEFINITIONS}deleted/")
    [gone] = page.context["gone"]
    admin.post(gone.restore)
    assert LinkDefinition.objects.alive().get().name == "A"
    assert admin.get(f"{DEFINITIONS}deleted/").context["gone"] == []


def test_it_restores_a_tool(admin: Client) -> None:
    save_tool(name="t", document=ToolDocument(kind="custom", title="T"))
    delete_tool(name="t")
    [gone] = admin.get(f"{TOOLS}deleted/").context["gone"]
    admin.post(gone.restore)
    assert Tool.objects.get().title == "T"
    assert admin.get(f"{TOOLS}{Tool.objects.get().pk}/history/").status_code == 200


def test_it_says_why_it_cannot_roll_back(admin: Client) -> None:
    save_tool(name="t", document=ToolDocument(kind="custom"))
    document = DefinitionDocument(template="https://x.example.com", tool="t")
    row, _ = save_definition(project=None, key="board", document=document)
    save("B")
    delete_tool(name="t")
    path = f"{DEFINITIONS}history/{row.history.last().history_id}/roll-back/"
    assert "no tool named" in admin.post(path, follow=True).content.decode()


class TestWhatAFileKeeps:
    def test_it_is_read_only(self, admin: Client) -> None:
        row = make.make_definition("board", managed_by="git")
        body = admin.get(f"{DEFINITIONS}{row.pk}/change/").content.decode()
        assert "The file labelled git keeps this" in body
        assert 'name="_save"' not in body
        assert admin.post(f"{DEFINITIONS}{row.pk}/change/", {"name": "X"}).status_code == 403
        assert admin.post(f"{DEFINITIONS}{row.pk}/delete/", {"post": "yes"}).status_code == 403

    def test_its_tools_are_too(self, admin: Client) -> None:
        row = make.make_tool("t", managed_by="git")
        assert 'name="_save"' not in admin.get(f"{TOOLS}{row.pk}/change/").content.decode()

    def test_it_can_be_taken_from_the_file(self, admin: Client) -> None:
        row = make.make_definition("board", managed_by="git")
        page = admin.get(f"{DEFINITIONS}{row.pk}/history/")
        assert 'value="Roll back to this"' not in page.content.decode()
        admin.post(page.context["let_go"])
        assert 'name="_save"' in admin.get(f"{DEFINITIONS}{row.pk}/change/").content.decode()

    def test_many_are_not_deleted_at_once(self, admin: Client) -> None:
        row = make.make_definition("board", managed_by="git")
        data = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        admin.post(DEFINITIONS, data)
        assert LinkDefinition.objects.alive().exists()


class TestWithoutTheRight:
    @pytest.mark.parametrize("right", ["view_linkdefinition", "change_linkdefinition"])
    def test_only_admins_of_the_instance_come_here(self, right: str) -> None:
        save("A")
        row = save("B")
        reader = clerk(right)
        assert reader.get(f"{DEFINITIONS}{row.pk}/history/").status_code == 403
        assert reader.get(f"{DEFINITIONS}deleted/").status_code == 403
        path = f"{DEFINITIONS}history/{row.history.last().history_id}/roll-back/"
        assert reader.post(path).status_code == 403
        assert reader.post(f"{DEFINITIONS}{row.pk}/let-go/").status_code == 403
        row.refresh_from_db()
        assert row.name == "B"

    def test_looking_changes_nothing(self, admin: Client) -> None:
        row = save("A")
        path = f"{DEFINITIONS}history/{row.history.last().history_id}/roll-back/"
        assert admin.get(path).status_code == 405
        assert admin.post(f"{DEFINITIONS}history/999999/roll-back/").status_code == 404
