"""Feeds of saved views: what their token opens, and for how long."""

from __future__ import annotations

import hashlib
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client

from linkhub.accounts.audit import AuditEntry
from linkhub.accounts.models import Membership, User
from linkhub.pages.models import FeedToken, SavedView
from linkhub.pages.saved_views import read_address, save_view
from tests import factories as make
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
VIEW = "/views/viewer/v/"


@pytest.fixture
def member(viewer: User) -> Membership:
    return make.make_member(make.make_private_project(), viewer)


@pytest.fixture
def view(viewer: User, member: Membership) -> SavedView:
    viewed = read_address("/projects/secret/links/?phase=failed")
    return save_view(user=viewer, name="v", viewed=viewed, shared=False)


def make_feed(client: Client) -> str:
    """Its address, as the page shows it this once."""
    page = client.post(VIEW, {"do": "feed"}).content.decode()
    return page.partition('id="feed-address">http://testserver')[2].partition("<")[0]


def entries(response: Any) -> list[str | None]:
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = ElementTree.fromstring(response.content)
    return [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]


def failed(name: str = "r7", **fields: Any) -> Any:
    return make.make_run(name, project=make.make_private_project(), phase="failed", **fields)


def test_it_lists_the_views_runs(client: Client, nobody: Client, view: SavedView) -> None:
    failed()
    make.make_run("running", project=make.make_private_project())

    assert entries(nobody.get(make_feed(client))) == ["train_pipeline r7: failed"]


def test_an_entry_has_its_links_by_their_lasting_address(
    client: Client, nobody: Client, view: SavedView
) -> None:
    make.make_definition("board", level="run", name="<b>", template="https://b.example.com/")
    failed()
    feed = ElementTree.fromstring(nobody.get(make_feed(client)).content)
    summary = feed.findtext(f"{ATOM}entry/{ATOM}summary") or ""

    assert 'href="http://testserver/go/secret/development/r7/board">&lt;b&gt;</a>' in summary


def test_it_keeps_no_secret_and_shows_it_once(client: Client, view: SavedView) -> None:
    address = make_feed(client)
    secret = address.partition("token=")[2]
    token = FeedToken.objects.get()

    assert bytes(token.digest) == hashlib.sha256(secret.encode()).digest()
    assert secret not in client.get("/views/").content.decode()
    assert secret not in client.get(address).content.decode()
    assert [entry.kind for entry in AuditEntry.objects.all()] == ["token"]


def test_making_it_anew_and_revoking_close_it(
    client: Client, nobody: Client, view: SavedView
) -> None:
    first, second = make_feed(client), make_feed(client)
    assert [nobody.get(each).status_code for each in (first, second)] == [404, 200]
    client.post(VIEW, {"do": "revoke"})

    assert nobody.get(second).status_code == 404


def test_who_lost_access_lost_the_feed(
    client: Client, nobody: Client, view: SavedView, member: Membership
) -> None:
    failed()
    address = make_feed(client)
    member.delete()

    assert nobody.get(address).status_code == 404


def test_a_feed_over_all_projects_leaves_out_what_was_lost(
    client: Client, nobody: Client, viewer: User, member: Membership
) -> None:
    viewed = read_address("/links/")
    save_view(user=viewer, name="v", viewed=viewed, shared=False)
    failed()
    make.make_run("open")
    address = make_feed(client)
    member.delete()

    assert entries(nobody.get(address)) == ["train_pipeline open: running"]


def test_who_may_not_sign_in_has_no_feed(
    client: Client, nobody: Client, view: SavedView, viewer: User
) -> None:
    address = make_feed(client)
    User.objects.filter(pk=viewer.pk).update(is_active=False)

    assert nobody.get(address).status_code == 404


def test_a_feed_of_a_shared_view_ends_with_the_sharing(
    client: Client, nobody: Client, view: SavedView
) -> None:
    SavedView.objects.update(shared=True)
    ben = make.make_user("ben")
    make.make_member(make.make_private_project(), ben)
    client.force_login(ben)
    address = make_feed(client)
    assert nobody.get(address).status_code == 200
    SavedView.objects.update(shared=False)

    assert nobody.get(address).status_code == 404


@pytest.mark.parametrize("query", ["", "?token=", "?token=lhf_nope", "?token=%00"])
def test_no_token_opens_nothing(nobody: Client, view: SavedView, query: str) -> None:
    for path in (f"{VIEW}feed", "/views/viewer/absent/feed", "/views/nobody/v/feed"):
        assert nobody.get(path + query).status_code == 404


def test_a_token_opens_its_own_view_alone(client: Client, nobody: Client, view: SavedView) -> None:
    token = make_feed(client).partition("?")[2]
    save_view(user=view.user, name="w", viewed=read_address("/links/"), shared=False)

    assert nobody.get(f"/views/viewer/w/feed?{token}").status_code == 404
    assert nobody.get(f"{VIEW}?{token}").status_code == 302
    assert nobody.get(f"/api/v1/runs?{token}").status_code == 401


def test_it_is_for_lists_alone(client: Client, viewer: User) -> None:
    run = make.make_run()
    of = f"/projects/flytesnacks/development/runs/{run.name}/"
    save_view(user=viewer, name="v", viewed=read_address(of), shared=False)

    assert client.post(VIEW, {"do": "feed"}).status_code == 404


def test_readers_are_told_when_nothing_changed(
    client: Client, nobody: Client, view: SavedView
) -> None:
    failed()
    address = make_feed(client)
    etag = nobody.get(address)["ETag"]
    assert nobody.get(address, headers={"If-None-Match": etag}).status_code == 304
    failed("r8")

    assert nobody.get(address, headers={"If-None-Match": etag}).status_code == 200


def test_an_empty_feed_does_not_change(client: Client, nobody: Client, view: SavedView) -> None:
    address = make_feed(client)
    assert nobody.get(address)["ETag"] == nobody.get(address)["ETag"]


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "a\ufffeb", "x" * 255, "]]>&amp;"])
def test_any_name_makes_a_whole_feed(
    client: Client, nobody: Client, view: SavedView, name: str
) -> None:
    failed(name)
    assert len(entries(nobody.get(make_feed(client)))) == 1


def test_its_queries_do_not_grow(client: Client, nobody: Client, view: SavedView) -> None:
    failed()
    address = make_feed(client)
    few = queries_of(lambda: nobody.get(address))
    for number in range(5):
        failed(f"run-{number}")

    assert queries_of(lambda: nobody.get(address)) == few
