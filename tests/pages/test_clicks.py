"""What is counted when a link is followed, and by whom."""

from __future__ import annotations

import pytest
from django.test import Client

from linkhub.links.usage.clicks import Buffer
from linkhub.pages import clicks
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def buffer(monkeypatch: pytest.MonkeyPatch) -> Buffer:
    made = Buffer(flushes=False)
    monkeypatch.setattr(clicks, "buffer", made)
    return made


def held(buffer: Buffer) -> list[tuple[str, str]]:
    return [tuple(clicked) for clicked, _ in buffer._held]


GO = "/go/flytesnacks/development/r7/board"


def make_board(level: str = "run", **fields: object) -> None:
    template = "https://x.example.com/{{ .runName }}"
    make.make_definition("board", template=template, level=level, **fields)
    make.make_run()


def test_it_counts_a_redirect(client: Client, buffer: Buffer) -> None:
    make_board()
    assert client.get(GO).status_code == 302
    assert held(buffer) == [("", "board")]


def test_it_counts_for_the_projects_definition(client: Client, buffer: Buffer) -> None:
    make_board(project=make.make_project())
    client.get(GO)
    assert held(buffer) == [("flytesnacks", "board")]


def test_it_counts_no_look(client: Client, buffer: Buffer) -> None:
    make_board()
    client.get(GO + "+")
    client.head(GO)
    client.get(GO, headers={"Sec-Purpose": "prefetch;prerender"})
    assert held(buffer) == []


def test_it_says_in_the_page_what_to_count(client: Client) -> None:
    make_board()
    body = client.get("/projects/flytesnacks/development/runs/r7/").content.decode()
    assert 'data-click="owner=&amp;key=board"' in body


def test_it_counts_a_beacon(client: Client, buffer: Buffer) -> None:
    response = client.post("/clicks", {"owner": "", "key": "board"})
    assert response.status_code == 204
    assert held(buffer) == [("", "board")]


@pytest.mark.parametrize(
    "said",
    [
        {"owner": "secret", "key": "board"},
        {"owner": "absent", "key": "board"},
        {"owner": "", "key": ""},
        {"owner": "", "key": "x" * 256},
        {"owner": "a\nb", "key": "x"},
        {},
    ],
)
def test_it_counts_nothing_that_one_may_not_see(
    client: Client, buffer: Buffer, said: dict[str, str]
) -> None:
    make.make_private_project()
    assert client.post("/clicks", said).status_code == 204
    assert held(buffer) == []


def test_it_counts_nobody_who_is_not_signed_in(nobody: Client, buffer: Buffer) -> None:
    assert nobody.post("/clicks", {"owner": "", "key": "board"}).status_code == 302
    assert held(buffer) == []


def test_it_answers_only_to_a_beacon(client: Client) -> None:
    assert client.get("/clicks").status_code == 405


@pytest.mark.parametrize("key", ["\0", "a\0b", ""])
def test_it_holds_nothing_that_cannot_be_stored(client: Client, buffer: Buffer, key: str) -> None:
    """One such text would keep all others from being stored, for ever."""
    make_board()
    for each in (key, "board"):
        assert client.post("/clicks", {"owner": "", "key": each}).status_code == 204
    assert held(buffer) == [("", "board")]
    assert buffer.flush() == 1
