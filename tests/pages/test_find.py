"""Finding a run by what one has of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from linkhub.lib.url_form import url_digest
from linkhub.links.models import Link
from tests import factories as make
from tests.pages.conftest import RUN, htmx
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
URL = "https://wandb.example.com/vision/cats/runs/7"


def make_findable() -> None:
    run = make.make_run()
    action = make.make_action(run)
    make.make_pod(make.make_attempt(action), "pod-7", uid="uid-7")
    Link.objects.create(
        project=run.project,
        run=run,
        action=action,
        key="wandb",
        name="W&B",
        level="action",
        url=URL,
        url_digest=url_digest(URL),
        state="ready",
        origin="instance",
        link_type="external",
        digest=b"",
    )


def found(client: Client, query: str) -> str:
    response = client.get("/find", {"q": query})
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    ("query", "href"),
    [
        ("r7", RUN),
        ("  r7 ", RUN),
        ("a0", f"{RUN}actions/a0/"),
        ("pod-7", f"{RUN}actions/a0/"),
        ("uid-7", f"{RUN}actions/a0/"),
        ("train_pipeline", "/projects/flytesnacks/workflows/train_pipeline/"),
        ("flytesnacks", "/projects/flytesnacks/"),
        (URL, f"{RUN}actions/a0/"),
        ("HTTPS://WANDB.example.com:443/vision/cats/runs/7", f"{RUN}actions/a0/"),
        ("https://wandb.ai/vision/cats/runs/r7-a0", f"{RUN}actions/a0/"),
    ],
)
def test_it_finds(client: Client, query: str, href: str) -> None:
    make_findable()

    assert f'href="{href}"' in found(client, query)


@pytest.mark.parametrize("query", ["R7", "nope", "https://[", "https://x.example.com/", "a\0b"])
def test_it_finds_nothing_else(client: Client, query: str) -> None:
    make_findable()

    assert "Nothing found" in found(client, query)


def test_it_suggests_where_nothing_has_the_name(client: Client) -> None:
    make.make_run("run-1")

    assert 'href="/projects/flytesnacks/development/runs/run-1/"' in found(client, "ru")
    assert "Nothing has this name" in found(client, "ru")


def test_it_suggests_while_one_types(client: Client) -> None:
    make.make_run("run-1")
    headers = htmx("div#find-suggestions")
    html = client.get("/find", {"q": "run-1", "go": "1"}, headers=headers).content.decode()

    assert html.startswith('<div id="find-suggestions">')
    assert html.count('role="option"') == 1


def test_it_finds_a_run_whose_name_looks_like_a_url(client: Client) -> None:
    make.make_run("s3://bucket/key")

    href = "/projects/flytesnacks/development/runs/s3:~2F~2Fbucket~2Fkey/"
    assert f'href="{href}"' in found(client, "s3://bucket/key")


def test_it_looks_for_nothing_longer_than_a_url(client: Client, settings: Any) -> None:
    make_findable()
    assert "Nothing found" not in found(client, URL)
    settings.LINKHUB_MAX_URL_LENGTH = len(URL) - 1

    assert "Nothing found" in found(client, URL)


def test_it_shows_what_a_link_is_for(client: Client) -> None:
    make_findable()
    html = found(client, URL)

    for shown in ("<strong>a0</strong>", "link W&amp;B", "flytesnacks / development / r7"):
        assert shown in html


def test_a_search_box_leads_straight_to_a_single_hit(client: Client) -> None:
    make_findable()
    response = client.get("/find", {"q": "pod-7", "go": "1"})

    assert (response.status_code, response["Location"]) == (302, f"{RUN}actions/a0/")


def test_it_lists_several_hits_in_any_case(client: Client) -> None:
    make_findable()
    make.make_run(domain="production")
    response = client.get("/find", {"q": "r7", "go": "1"})

    assert response.status_code == 200
    assert response.content.decode().count("<li>") == 2


def test_an_empty_search_is_a_page_with_the_box(client: Client) -> None:
    assert "data-search" in found(client, "")


def test_its_queries_do_not_grow(client: Client) -> None:
    make_findable()
    few = queries_of(lambda: found(client, "a0"))
    for index in range(6):
        make.make_action(make.make_run(f"run-{index}"))

    assert queries_of(lambda: found(client, "a0")) == few
