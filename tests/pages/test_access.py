"""Who sees what: the signed-out, and viewers of other projects, on every page."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import URLPattern

from linkhub.pages import urls
from tests import factories as make
from tests.pages.conftest import htmx

OPEN = {
    "badge_picture",
    "view_feed",
    "sign_in",
    "sign_out",
    "theme",
    "healthz",
    "readyz",
    "metrics",
}
SECRET_PAGES = [
    "/projects/secret/",
    "/projects/secret/links/",
    "/projects/secret/workflows/train_pipeline/",
    "/projects/secret/development/runs/r7/",
    "/projects/secret/development/runs/r7/compare/",
    "/projects/secret/development/runs/r7/actions/a0/",
    "/go/secret/board",
    "/go/secret/development/r7/board",
    "/go/secret/development/latest/board",
    "/go/secret/development/r7/a0/board",
]
LISTS = ["/", "/projects/", "/links/", *(f"/find?q={q}" for q in ("r7", "a0", "pod-7", "uid-7"))]
LISTS += ["/find?q=train_pipeline", "/find?q=secret", "/find?q=https://x.example.com/"]


def make_secret() -> None:
    project = make.make_private_project()
    make.make_definition("board", template="https://x.example.com/", level="action")
    run = make.make_run(project=project)
    attempt = make.make_attempt(make.make_action(run))
    make.make_pod(attempt, "pod-7", uid="uid-7")


def test_every_page_but_those_for_machines_needs_sign_in() -> None:
    patterns = [each for each in urls.urlpatterns if isinstance(each, URLPattern)]
    unguarded = {
        each.name for each in patterns if not getattr(each.callback, "needs_sign_in", False)
    }

    assert unguarded == OPEN


@pytest.mark.parametrize("path", [*SECRET_PAGES, *LISTS])
def test_it_sends_the_signed_out_to_sign_in(nobody: Client, path: str) -> None:
    response = nobody.get(path)

    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in/?next=")


def test_it_sends_a_page_that_polls_to_sign_in_by_header(nobody: Client) -> None:
    response = nobody.get("/links/", headers=htmx("div#run-table"))

    assert (response.status_code, response["HX-Redirect"]) == (204, "/sign-in/?next=/links/")


def test_it_comes_back_to_pages_alone(nobody: Client) -> None:
    response = nobody.post("/projects/flytesnacks/star", {"on": "1"})

    assert response["Location"] == "/sign-in/?next=/"


@pytest.mark.parametrize("path", SECRET_PAGES)
def test_it_hides_a_private_project_from_an_outsider(client: Client, path: str) -> None:
    make_secret()

    assert client.get(path).status_code == 404
    assert client.get(path + "+").status_code == 404


@pytest.mark.parametrize("path", SECRET_PAGES[:5])
def test_it_answers_alike_for_hidden_and_absent(client: Client, path: str) -> None:
    absent = text_of(client, path.replace("secret", "absent"))
    make_secret()

    assert text_of(client, path).replace("secret", "") == absent.replace("absent", "")


def text_of(client: Client, path: str) -> str:
    """The page without what is new in every answer."""
    body = client.get(path).content.decode()
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", body)


@pytest.mark.parametrize("path", LISTS)
def test_it_leaves_a_private_project_out_of_lists(client: Client, path: str) -> None:
    make_secret()
    body = client.get(path).content.decode()

    assert "/projects/secret/" not in body


def test_it_shows_a_private_project_to_its_member(client: Client, viewer: object) -> None:
    make_secret()
    make.make_member(make.make_private_project(), viewer)  # type: ignore[arg-type]

    for path in SECRET_PAGES[:5]:
        assert client.get(path).status_code == 200
    assert "/projects/secret/" in client.get("/links/").content.decode()


@pytest.mark.parametrize("target", ["div#run-table", "div#run-list"])
def test_it_protects_partials_as_it_does_pages(client: Client, target: str) -> None:
    make_secret()
    response = client.get("/projects/secret/links/", headers=htmx(target))

    assert response.status_code == 404


def test_an_admin_sees_a_hidden_project_and_its_run(admin: Client, client: Client) -> None:
    make.make_run(project=make.make_project("hidden", visibility="private"))
    for path in ("/projects/hidden/", "/projects/hidden/development/runs/r7/"):
        assert (admin.get(path).status_code, client.get(path).status_code) == (200, 404)
