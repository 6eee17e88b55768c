"""Pinning links: one's own, the team's, in order, of the latest or of a fixed run."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from linkhub.accounts.models import Membership, User
from linkhub.pages import pins
from linkhub.pages.models import Pin
from linkhub.pages.pins import add_pin, move_pin, pins_of
from linkhub.runs.models import Run
from tests import factories as make
from tests.pages.conftest import RUN, htmx
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
PINS = "/projects/flytesnacks/pins/"
LATEST = "/go/flytesnacks/development/latest/board?workflow=train_pipeline"


@pytest.fixture(autouse=True)
def linked() -> None:
    make.make_definition("board", level="run", template="https://b.example.com/{{.runName}}")
    make.make_definition("logs", template="https://l.example.com/{{.runName}}")
    make.make_action(make.make_run())


def pin(client: Client, address: str = LATEST, **given: Any) -> Any:
    return client.post(PINS, {"do": "add", "address": address, "title": "Board"} | given)


def titles(user: User) -> list[str]:
    return [each.title for each in pins_of(make.make_project(), user)]


def test_it_pins_for_oneself(client: Client, viewer: User) -> None:
    assert pin(client)["Location"] == PINS

    assert [each.address for each in pins_of(make.make_project(), viewer)] == [LATEST]
    assert titles(make.make_user("ben")) == []
    assert LATEST.replace("&", "&amp;") in client.get("/projects/flytesnacks/").content.decode()


def test_a_viewer_does_not_pin_for_the_team(client: Client, viewer: User) -> None:
    body = pin(client, owner="team").content.decode()

    assert "Only maintainers" in body
    assert not Pin.objects.exists()


def test_a_maintainer_pins_for_the_team(client: Client, viewer: User) -> None:
    make.make_member(make.make_project(), viewer, Membership.Role.MAINTAINER)
    pin(client, owner="team")

    assert titles(make.make_user("ben")) == ["Board"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (f"http://testserver{LATEST}", LATEST),
        (
            "/go/flytesnacks/development/r7/a0/logs+?attempt=2",
            "/go/flytesnacks/development/r7/a0/logs?attempt=2",
        ),
        ("  /go/flytesnacks/all-models ", "/go/flytesnacks/all-models"),
        ("/go/flytesnacks/d/latest/x?workflow=w&next=y", "/go/flytesnacks/d/latest/x?workflow=w"),
    ],
)
def test_it_keeps_an_address_in_its_one_form(
    client: Client, viewer: User, given: str, kept: str
) -> None:
    pin(client, given)

    [found] = pins_of(make.make_project(), viewer)
    assert found.address == kept


@pytest.mark.parametrize(
    "address",
    [
        *("https://evil.example.com/go/flytesnacks/x", "//evil.example.com/go/flytesnacks/x"),
        *("javascript:alert(1)", "/projects/flytesnacks/", "/go/other/board", "/go/", "", "x\0"),
        *("/go/flytesnacks/development/r7/../../../x", "http://[", "/go/flytesnacks/" + "k" * 3000),
    ],
)
def test_it_pins_nothing_but_the_projects_own_links(client: Client, address: str) -> None:
    assert pin(client, address).status_code == 200
    assert not Pin.objects.exists()


def test_it_says_what_is_wrong_and_keeps_what_was_given(client: Client) -> None:
    body = pin(client, "/projects/<b>").content.decode()

    assert "That is no link of this project" in body
    assert 'value="/projects/&lt;b&gt;"' in body


def test_it_moves_and_removes(client: Client, viewer: User) -> None:
    for key in ("one", "two", "three"):
        pin(client, f"/go/flytesnacks/{key}", title=key)
    change = {"address": "/go/flytesnacks/three"}
    client.post(PINS, change | {"do": "up"})
    assert titles(viewer) == ["one", "three", "two"]
    client.post(PINS, change | {"do": "up"})
    client.post(PINS, change | {"do": "up"})
    assert titles(viewer) == ["three", "one", "two"]
    client.post(PINS, change | {"do": "down"})
    client.post(PINS, {"address": "/go/flytesnacks/one", "do": "remove"})
    assert titles(viewer) == ["three", "two"]


def test_it_pins_again_under_another_title(client: Client, viewer: User) -> None:
    pin(client)
    pin(client, title="Renamed")

    assert titles(viewer) == ["Renamed"]


def test_it_leaves_others_pins_alone(client: Client, viewer: User) -> None:
    project, ben = make.make_project(), make.make_user("ben")
    add_pin(project=project, owner=ben, title="his", address="/go/flytesnacks/x")
    add_pin(project=project, owner=None, title="theirs", address="/go/flytesnacks/x")
    for owner in ("mine", "team"):
        for do in ("remove", "up"):
            client.post(PINS, {"address": "/go/flytesnacks/x", "owner": owner, "do": do})

    assert titles(ben) == ["theirs", "his"]


def test_it_holds_only_so_many(viewer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pins, "MOST", 1)
    project = make.make_project()
    add_pin(project=project, owner=viewer, title="1", address="/go/flytesnacks/1")
    with pytest.raises(pins.TooManyPins):
        add_pin(project=project, owner=viewer, title="2", address="/go/flytesnacks/2")

    assert titles(viewer) == ["1"]


def test_what_is_gone_does_not_move(viewer: User) -> None:
    move_pin(project=make.make_project(), owner=viewer, address="/go/x/y", by=pins.EARLIER)


def test_htmx_gets_the_lists_or_the_status_alone(client: Client) -> None:
    given = {"do": "add", "address": LATEST, "title": "Board"}
    lists = client.post(PINS, given, headers=htmx("div#pin-lists")).content.decode()
    status = client.post(PINS, given, headers=htmx("p#pin-status")).content.decode()

    assert lists.strip().startswith('<div id="pin-lists"')
    assert status == '<p id="pin-status" role="status" class="done">Pinned.</p>'


def test_a_run_offers_its_links_of_now_and_of_the_latest(client: Client) -> None:
    body = client.get(f"{RUN}keep/").content.decode()

    assert 'data-copy="http://testserver/go/flytesnacks/development/r7/board"' in body
    assert f'value="{LATEST}"' in body
    assert "for the team" not in body


def test_an_action_is_named_by_its_task_where_that_is_enough(client: Client) -> None:
    latest = "development/latest/{}/logs?workflow=train_pipeline"
    alone = client.get(f"{RUN}actions/a0/keep/").content.decode()
    make.make_action(Run.objects.get(), "a1")
    among = client.get(f"{RUN}actions/a0/keep/").content.decode()

    assert latest.format("train_model") in alone
    assert latest.format("a0") in among


@pytest.mark.parametrize("path", [PINS, f"{RUN}keep/", f"{RUN}actions/a0/keep/"])
def test_it_is_not_there_for_an_outsider(client: Client, path: str) -> None:
    make.make_action(make.make_run(project=make.make_private_project()))
    secret = path.replace("flytesnacks", "secret")

    assert client.get(secret).status_code == 404
    assert client.post(secret, {"do": "add"}).status_code in {404, 405}


def test_its_queries_do_not_grow(client: Client, viewer: User) -> None:
    few = queries_of(lambda: client.get(PINS))
    keep = queries_of(lambda: client.get(f"{RUN}keep/"))
    for number in range(5):
        pin(client, f"/go/flytesnacks/k{number}")
        make.make_definition(f"k{number}", level="run")

    assert queries_of(lambda: client.get(PINS)) == few
    assert queries_of(lambda: client.get(f"{RUN}keep/")) == keep
