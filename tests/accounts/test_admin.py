"""Projects, members and tokens in the admin, and what waits to be resolved."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from linkhub.accounts.models import ApiToken, Project
from linkhub.links.definitions import save_definition
from linkhub.links.documents import DefinitionDocument
from linkhub.links.models import Backfill
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(db: None) -> Client:
    client = Client()
    client.force_login(make.make_admin())
    return client


def test_a_token_without_abilities_is_refused_in_one_sentence(admin: Client) -> None:
    response = admin.post("/admin/accounts/apitoken/add/", {"name": "ci"})
    form = response.context["adminform"].form

    assert dict(form.errors) == {"__all__": ["A token must be able to do something."]}


def test_a_project_takes_along_what_nobody_may_delete(admin: Client) -> None:
    project = make.make_project()
    document = DefinitionDocument(name="Board", template="https://b.example.com/")
    save_definition(project=project, key="board", document=document)
    token, _ = make.make_token(project=project)
    make.make_pending(make.unit_of(project))
    backfill = Backfill.objects.get(project=project)
    for path in (f"links/backfill/{backfill.pk}", f"accounts/apitoken/{token.pk}"):
        assert admin.post(f"/admin/{path}/delete/", {"post": "yes"}).status_code == 403
    admin.post(f"/admin/accounts/project/{project.pk}/delete/", {"post": "yes"})

    assert not Project.objects.exists()
    assert not Backfill.objects.exists()
    assert not ApiToken.objects.exists()


def save_members(admin: Client, *members: dict[str, Any]) -> str:
    """The page that answers, empty where all was well."""
    form: dict[str, Any] = {"name": "p", "visibility": "internal"}
    form |= {"memberships-TOTAL_FORMS": len(members), "memberships-INITIAL_FORMS": 0}
    for number, member in enumerate(members):
        form |= {f"memberships-{number}-{name}": value for name, value in member.items()}
    return admin.post("/admin/accounts/project/add/", form).content.decode()


def test_a_member_stands_in_a_project_once(admin: Client) -> None:
    member = {"user": make.make_user().pk, "role": "viewer"}

    assert "This user stands here twice." in save_members(admin, member, member)
    assert "This user stands here twice." not in save_members(
        admin, member, member | {"DELETE": "on"}
    )


def test_a_member_is_a_user_or_a_group(admin: Client) -> None:
    group = Group.objects.create(name="vision")
    for member in ({}, {"user": make.make_user().pk, "group": group.pk}):
        page = save_members(admin, member | {"role": "maintainer"})

        assert "Give either a user or a group." in page
        assert "membership_user_or_group" not in page


def test_pending_rows_are_listed_by_an_index(admin: Client) -> None:
    make.make_pending(make.unit_of(make.make_run()), attempts=2, error="no provider")
    make.make_pending(make.unit_of(make.make_project("other")))
    with CaptureQueriesContext(connection) as queries:
        page = admin.get("/admin/runs/pending/").content.decode()
    (listed,) = [one["sql"] for one in queries if 'ORDER BY "runs_pending"' in one["sql"]]
    order = '"lane" ASC, "runs_pending"."priority" DESC, "runs_pending"."not_before" ASC'

    assert order in listed
    assert "2 pending" in page
    assert "1 pending" in admin.get("/admin/runs/pending/?failed=yes").content.decode()
