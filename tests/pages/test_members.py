"""A project's members, visibility and tokens, and who may change them."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from linkhub.accounts.models import ApiToken, AuditEntry, Membership, Project, User
from linkhub.accounts.tokens import check_token
from tests import factories as make

MEMBERS, TOKENS = "/projects/secret/members/", "/projects/secret/tokens/"


@pytest.fixture
def project(viewer: User) -> Project:
    """A private one that the viewer maintains."""
    project = make.make_private_project()
    make.make_member(project, viewer, Membership.Role.MAINTAINER)
    return project


def roles(project: Project) -> set[str]:
    return {str(each) for each in project.memberships.all()}


def test_a_maintainer_adds_people_and_groups(client: Client, project: Project) -> None:
    make.make_user("ana")
    Group.objects.create(name="leads")
    for kind, name, role in (("user", "ana", "viewer"), ("group", "leads", "maintainer")):
        assert client.post(MEMBERS, {"kind": kind, "name": name, "role": role}).status_code == 302

    assert roles(project) >= {"ana: viewer of secret", "leads: maintainer of secret"}
    body = client.get(MEMBERS).content.decode()
    assert "<strong>ana</strong>" in body
    assert "<strong>leads</strong>" in body


@pytest.mark.parametrize("name", ["nobody", "gone", "", "a\0b", "leads"])
def test_it_adds_nobody_who_is_not_there(client: Client, project: Project, name: str) -> None:
    make.make_user("gone", is_active=False)
    Group.objects.create(name="leads")
    response = client.post(MEMBERS, {"kind": "user", "name": name, "role": "viewer"})

    assert response.status_code == 200
    assert 'role="alert"' in response.content.decode()
    assert len(roles(project)) == 1


def test_a_viewer_sees_whom_to_ask_and_changes_nothing(project: Project) -> None:
    ana = make.make_user()
    make.make_member(project, ana)
    hers = Client()
    hers.force_login(ana)

    assert "<strong>viewer</strong>" in hers.get(MEMBERS).content.decode()
    form = {"kind": "user", "name": "ana", "role": "maintainer"}
    assert hers.post(MEMBERS, form).status_code == 403
    assert hers.post(MEMBERS, {"visibility": "internal"}).status_code == 403
    assert Project.objects.get().visibility == "private"


def test_the_last_maintainer_is_told_why_they_stay(client: Client, project: Project) -> None:
    response = client.post(MEMBERS, {"kind": "user", "name": "viewer", "role": ""})

    assert "A project keeps a maintainer" in response.content.decode()
    assert roles(project) == {"viewer: maintainer of secret"}


def test_who_leaves_a_private_project_is_led_out(client: Client, project: Project) -> None:
    make.make_member(project, make.make_user(), Membership.Role.MAINTAINER)
    left = client.post(MEMBERS, {"kind": "user", "name": "viewer", "role": ""})

    assert left["Location"] == "/projects/"
    assert client.get(MEMBERS).status_code == 404


def test_its_visibility_is_its_maintainers(client: Client, project: Project) -> None:
    client.post(MEMBERS, {"visibility": "internal"})
    client.post(MEMBERS, {"visibility": "public"})
    entry = AuditEntry.objects.get(kind="project")

    assert Project.objects.get().visibility == "internal"
    assert (entry.before, entry.after) == ({"visibility": "private"}, {"visibility": "internal"})


def test_a_projects_token_reaches_nothing_else_and_stays(
    client: Client, project: Project, viewer: User
) -> None:
    form = {"name": "ci", "can": ["ingest", "read"], "days": ""}
    body = client.post(TOKENS, form).content.decode()
    found = re.search(r"<code>(lhk_[\w-]{36})</code>", body)
    assert found is not None
    viewer.delete()
    token = check_token(found[1])

    assert token is not None
    assert (token.project, token.owner, token.expires_at) == (project, None, None)


def test_any_maintainer_revokes_a_projects_token(client: Client, project: Project) -> None:
    token, _ = make.make_token(project=project)
    others, _ = make.make_token(project=make.make_project("other"))
    owned = ApiToken.objects.create(
        name="x", prefix="lhk_owned", digest=b"x", owner=make.make_user(), can_read=True
    )

    assert client.post(TOKENS, {"revoke": token.prefix}).status_code == 302
    for foreign in (others, owned):
        assert client.post(TOKENS, {"revoke": foreign.prefix}).status_code == 404
    assert ApiToken.objects.filter(revoked_at=None).count() == 2


def menu(client: Client, page: str) -> set[str]:
    """The project's pages that the menu of this page leads to."""
    body = client.get(f"/projects/secret/{page}").content.decode()
    items = body.partition('id="project-menu"')[2].partition("</details>")[0]
    return set(re.findall(r'href="/projects/secret/(\w+)/"', items))


def test_every_page_of_a_project_leads_to_its_others(client: Client, project: Project) -> None:
    pages = {"pins", "members", "definitions", "tokens", "audit"}

    assert menu(client, "") == pages
    assert all(menu(client, f"{page}/") == pages for page in pages)


def test_a_viewer_is_led_to_no_page_that_is_closed(client: Client, project: Project) -> None:
    Membership.objects.update(role=Membership.Role.VIEWER)

    assert menu(client, "") == menu(client, "pins/") == {"pins", "members"}
