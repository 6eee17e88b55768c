"""A project's maintainers see what became of its definitions, and have a state back."""

from __future__ import annotations

import pytest
from django.test import Client

from linkhub.accounts.models import Membership, Project, User
from linkhub.links.definitions import delete_definition, save_definition
from linkhub.links.documents import DefinitionDocument
from linkhub.links.models import LinkDefinition
from tests import factories as make

pytestmark = pytest.mark.django_db
HISTORY = "/projects/flytesnacks/definitions/board/history/"


def save(project: Project | None, name: str) -> LinkDefinition:
    document = DefinitionDocument(name=name, template="https://x.example.com")
    return save_definition(project=project, key="board", document=document)[0]


@pytest.fixture
def project(viewer: User) -> Project:
    """Maintained by the viewer."""
    project = make.make_project()
    make.make_member(project, viewer, Membership.Role.MAINTAINER)
    return project


def test_it_shows_what_changed_and_rolls_back(client: Client, project: Project) -> None:
    save(project, "Old <b>")
    row = save(project, "New")
    body = client.get(HISTORY).content.decode()
    assert '<del class="mono">Old &lt;b&gt;</del>' in body
    client.post(f"{HISTORY}{row.history.last().history_id}/", {"reason": "why"})
    row.refresh_from_db()
    entry = row.history.first()
    assert (row.name, entry.history_user.username) == ("Old <b>", "viewer")
    assert entry.history_change_reason.endswith(": why")


def test_it_restores_a_deleted_one(client: Client, project: Project) -> None:
    save(project, "A")
    delete_definition(project=project, key="board")
    page = client.get(HISTORY)
    client.post(f"{HISTORY}{page.context['gone'].history_id}/")
    assert LinkDefinition.objects.alive().get().name == "A"


def test_it_says_that_a_file_keeps_it(client: Client, project: Project) -> None:
    row = save(project, "A")
    save(project, "B")
    LinkDefinition.objects.update(managed_by="git")
    assert "The file labelled git keeps" in client.get(HISTORY).content.decode()
    page = client.post(f"{HISTORY}{row.history.last().history_id}/", follow=True)
    assert "kept by the file" in page.content.decode()
    assert LinkDefinition.objects.get().name == "B"


@pytest.mark.parametrize("role", [None, Membership.Role.VIEWER])
def test_it_is_not_there_for_others(
    client: Client, viewer: User, role: Membership.Role | None
) -> None:
    project = make.make_project()
    row = save(project, "A")
    if role:
        make.make_member(project, viewer, role)
    assert client.get(HISTORY).status_code == 404
    assert client.post(f"{HISTORY}{row.history.get().history_id}/").status_code == 404


def test_it_takes_no_state_of_another_definition(client: Client, project: Project) -> None:
    save(project, "A")
    other = save(None, "Of the instance")
    assert client.post(f"{HISTORY}{other.history.get().history_id}/").status_code == 404
