"""Importing links in the admin: shown first, then made; what is left out is listed."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from linkhub.links.models import LinkDefinition
from tests import factories as make

pytestmark = pytest.mark.django_db
PATH = "/admin/links/linkdefinition/import/"
ARGO = """\
links:
  - {name: Board, scope: workflow, url: "https://l.test/${metadata.name}"}
  - {name: <b>Sensor</b>, scope: sensor-logs, url: "https://l.test/"}
"""


def send(client: Client, button: str, **fields: Any) -> HttpResponse:
    given = {"system": "argo", "text": ARGO, "tags": "context", button: "1"} | fields
    return client.post(PATH, given)


def test_it_shows_what_would_be_made(admin: Client) -> None:
    body = send(admin, "show").content.decode()
    assert "key: board" in body
    assert "Line 3: <strong>&lt;b&gt;Sensor&lt;/b&gt;</strong>: LinkHub has no sensors" in body
    assert not LinkDefinition.objects.exists()


def test_it_makes_them(admin: Client) -> None:
    project = make.make_project()
    response = send(admin, "save", project=project.pk, label="argo")
    row = LinkDefinition.objects.get()
    assert response["Location"] == "/admin/links/linkdefinition/"
    assert (row.project, row.managed_by) == (project, "argo")
    entry = row.history.get()
    assert (entry.history_user.username, entry.way) == ("root", "import from argo")


def test_it_takes_a_file(admin: Client) -> None:
    send(admin, "save", text="", file=SimpleUploadedFile("argo.yaml", ARGO.encode()))
    assert LinkDefinition.objects.get().key == "board"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"text": ""}, "Give either the configuration or a file."),
        ({"text": "links: {a: 1"}, "which begins on line 1"),
        ({"text": "a: 1\na: 2"}, "line 2, column 1: `a` stands here again"),
    ],
)
def test_it_says_what_is_wrong(admin: Client, fields: dict[str, str], message: str) -> None:
    assert message in send(admin, "save", **fields).content.decode()


def test_it_leads_there_from_the_list(admin: Client) -> None:
    assert f'href="{PATH}"' in admin.get("/admin/links/linkdefinition/").content.decode()
    assert admin.get(PATH).status_code == 200


@pytest.mark.parametrize("right", ["view_linkdefinition", "add_linkdefinition"])
def test_it_is_for_who_may_add_and_change(right: str) -> None:
    user = make.make_user("clerk", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename=right))
    client = Client()
    client.force_login(user)
    assert client.get(PATH).status_code == 403
    assert send(client, "save").status_code == 403
    assert not LinkDefinition.objects.exists()
