"""Saved views: kept, opened, shared, and only with whom they may be."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from linkhub.accounts.models import Membership, User
from linkhub.pages.models import SavedView
from linkhub.pages.saved_views import CannotKeep, read_address
from tests import factories as make
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
LINKS = "/projects/flytesnacks/links/"
FAILED = f"{LINKS}?phase=failed&show=100&after=x"
VIEW = "/views/viewer/red-ones/"


@pytest.fixture(autouse=True)
def project() -> None:
    make.make_project()


def save(client: Client, of: str = FAILED, name: str = "Red ones", **given: Any) -> Any:
    return client.post("/views/new", {"of": of, "name": name} | given)


def other(username: str = "ben") -> Client:
    client = Client()
    client.force_login(User.objects.filter(username=username).first() or make.make_user(username))
    return client


def test_it_keeps_a_page_with_its_filters(client: Client) -> None:
    assert save(client)["Location"] == "/views/"
    assert client.get(VIEW)["Location"] == f"{LINKS}?phase=failed"
    assert "Red ones" in client.get("/views/").content.decode()


def test_it_offers_the_page_that_one_comes_from(client: Client) -> None:
    referer = {"Referer": f"http://testserver{LINKS}?phase=failed"}
    body = client.get("/views/new", headers=referer).content.decode()

    assert f'value="{LINKS}?phase=failed"' in body


def test_it_keeps_under_the_same_name_in_its_place(client: Client) -> None:
    save(client)
    save(client, of="/links/?phase=running")

    assert client.get(VIEW)["Location"] == "/links/?phase=running"


@pytest.mark.parametrize(
    "of",
    [
        *("https://evil.example.com/links/", "//evil.example.com/links/", "javascript:alert(1)"),
        *(
            "/admin/",
            "/api/v1/runs",
            "/views/",
            "/links/?phase=red",
            "/links/%00",
            "",
            "/sign-out/",
        ),
    ],
)
def test_it_keeps_nothing_else(client: Client, of: str) -> None:
    response = save(client, of=of)

    assert response.status_code == 200
    assert 'role="alert"' in response.content.decode()
    assert not SavedView.objects.exists()


def test_a_link_to_the_form_leads_nowhere_else(client: Client) -> None:
    body = client.get("/views/new", {"of": "javascript:alert(1)"}).content.decode()

    assert 'href="javascript' not in body


@pytest.mark.parametrize("of", ["/projects/secret/", "/projects/absent/links/"])
def test_it_keeps_nothing_of_what_may_not_be_seen(client: Client, of: str) -> None:
    make.make_private_project()
    said = save(client, of=of).content.decode()

    assert "There is no such project, or you may not see it." in said
    assert not SavedView.objects.exists()


def test_a_view_is_ones_own_until_it_is_shared(client: Client) -> None:
    save(client)
    ben = other()
    assert ben.get(VIEW).status_code == 404
    client.post(VIEW, {"do": "share"})

    assert ben.get(VIEW)["Location"] == f"{LINKS}?phase=failed"
    assert "Red ones" in ben.get("/views/").content.decode()
    client.post(VIEW, {"do": "unshare"})
    assert ben.get(VIEW).status_code == 404


def test_it_is_shared_with_those_who_may_see_its_project(client: Client, viewer: User) -> None:
    make.make_member(make.make_private_project(), viewer)
    save(client, of="/links/?project=secret&phase=failed", shared="1")
    ben = other()

    assert ben.get(VIEW).status_code == 404
    assert "Red ones" not in ben.get("/views/").content.decode()
    make.make_member(make.make_private_project(), User.objects.get(username="ben"))
    assert ben.get(VIEW).status_code == 302


@pytest.mark.parametrize("of", ["/links/", "/links/?project=flytesnacks&project=other"])
def test_a_view_of_several_projects_is_not_shared(client: Client, of: str) -> None:
    assert "Only a view of one project" in save(client, of=of, shared="1").content.decode()


@pytest.mark.parametrize("do", ["remove", "share", "unshare", "nonsense", "revoke"])
def test_others_change_nothing(client: Client, do: str) -> None:
    save(client, shared="1")
    other().post(VIEW, {"do": do})

    assert SavedView.objects.get().shared


def test_a_maintainer_takes_a_view_out_of_the_project(client: Client) -> None:
    save(client, shared="1")
    ben = other()
    member = User.objects.get(username="ben")
    make.make_member(make.make_project(), member, Membership.Role.MAINTAINER)
    ben.post(VIEW, {"do": "unshare"})

    assert not SavedView.objects.get().shared


def test_it_removes(client: Client) -> None:
    save(client)
    client.post(VIEW, {"do": "remove"})

    assert client.get(VIEW).status_code == 404


def test_a_name_without_letters_has_an_address_too(client: Client) -> None:
    save(client, name="赤")
    assert client.get("/views/viewer/view/").status_code == 302


def test_it_reads_what_a_list_is_of() -> None:
    viewed = read_address("/projects/p/workflows/w/?workflow=x&phase=failed")

    assert viewed.filters is not None
    assert (viewed.filters.project, viewed.filters.workflow) == (["p"], ["w"])
    with pytest.raises(CannotKeep, match="since"):
        read_address("/links/?since=yesterday")


def test_its_queries_do_not_grow(client: Client) -> None:
    save(client)
    few = queries_of(lambda: client.get("/views/"))
    for number in range(4):
        save(client, name=f"v{number}")

    assert queries_of(lambda: client.get("/views/")) == few
