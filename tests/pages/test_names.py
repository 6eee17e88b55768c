"""Names of every kind on pages: readable, clickable, and turning nothing around them."""

from __future__ import annotations

import pytest
from django.test import Client

from linkhub.pages import addresses
from tests import factories as make

pytestmark = pytest.mark.django_db
BLANK = "\u200b"
TURNING = "r\u202e7"


def record(name: str) -> list[str]:
    """A run of which everything has this name; the pages that show it."""
    run = make.make_run(name, project=make.make_project(name), domain=name, workflow=name)
    make.make_pod(make.make_attempt(make.make_action(run, name, task="")), name)
    make.make_attached(run, body={"name": name, "url": "https://n.example.com/"})
    return [
        *("/", "/links/", "/projects/", addresses.of_project(name)),
        addresses.of_workflow(name, name),
        addresses.of_run(run),
        addresses.of_action(run, name),
        f"{addresses.of_run(run).replace('/projects/', '/go/').replace('/runs/', '/')}notes+",
    ]


def texts(client: Client, name: str) -> list[str]:
    pages = []
    for path in record(name):
        response = client.get(path)
        assert response.status_code == 200, path
        pages.append(response.content.decode())
    return pages


def test_a_name_that_shows_as_nothing_has_a_stand_in(client: Client) -> None:
    for page in texts(client, BLANK):
        assert '<span class="muted mono">U+200B</span>' in page
        assert f">{BLANK}<" not in page
        assert BLANK not in page.partition("</title>")[0]


def test_a_name_that_turns_the_text_keeps_to_itself(client: Client) -> None:
    for page in texts(client, TURNING):
        assert f"<bdi>{TURNING}</bdi>" in page
        assert "\u202e" not in page.replace(f"<bdi>{TURNING}</bdi>", "")


def test_a_button_to_the_source_says_where_it_leads(client: Client) -> None:
    source = "our Grafana (internal)"
    run = make.make_run(source=source, source_url="https://flyte.example.com/console/r7")
    page = client.get(addresses.of_run(run)).content.decode()

    assert "Open at flyte.example.com<span" in page
    assert f"Open in {source}" not in page


def test_a_run_of_the_future_is_dated(client: Client) -> None:
    make.make_run(created_at=make.CREATED.replace(year=9999))

    assert ">in the future, 5 Jan 9999</time>" in client.get("/links/").content.decode()
