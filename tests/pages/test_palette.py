"""The palette: what it offers, to whom."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from linkhub.accounts.models import User
from linkhub.lib.url_form import url_digest
from linkhub.pages.models import Star
from linkhub.pages.pins import add_pin
from linkhub.pages.saved_views import read_address, save_view
from tests import factories as make
from tests.pages.conftest import RUN, htmx
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
TARGET = "div#palette-results"


def shown(client: Client, query: str = "", page: str = "") -> str:
    headers = htmx(TARGET) | ({"HX-Current-URL": f"http://testserver{page}"} if page else {})
    response = client.get("/palette", {"q": query}, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    ("query", "href"),
    [
        ("FLYTE", "/projects/flytesnacks/"),
        ("pipe", "/projects/flytesnacks/workflows/train_pipeline/"),
        ("r7", RUN),
        ("board", "/go/flytesnacks/board"),
        ("red", "/views/viewer/red-ones/"),
        ("links all", "/links/"),
    ],
)
def test_it_leads_to(client: Client, viewer: User, query: str, href: str) -> None:
    run = make.make_run()
    add_pin(project=run.project, owner=viewer, title="Board", address="/go/flytesnacks/board")
    save_view(user=viewer, name="Red ones", viewed=read_address("/links/"), shared=False)

    assert f'href="{href}"' in shown(client, query)


def test_without_a_query_it_shows_what_one_keeps(client: Client, viewer: User) -> None:
    run = make.make_run()
    Star.objects.create(user=viewer, project=run.project)
    Star.objects.create(user=viewer, project=run.project, workflow=run.workflow)
    html = shown(client)

    assert html.index("Starred projects") < html.index("Starred workflows") < html.index("Commands")


def test_it_is_one_element_for_htmx_and_a_page_for_others(client: Client) -> None:
    assert shown(client).strip().startswith('<div id="palette-results">')
    assert '<form action="/palette"' in client.get("/palette").content.decode()


def test_its_commands_fit_the_page_it_is_opened_on(client: Client) -> None:
    html = shown(client, page=f"{RUN}?phase=failed")

    assert f'href="{RUN}keep/"' in html
    assert 'href="/projects/flytesnacks/pins/"' in html
    assert "/views/new?of=%2Fprojects%2Fflytesnacks%2Fdevelopment%2Fruns%2Fr7" in html


@pytest.mark.parametrize("page", ["//evil.example.com/links/", "/nowhere", "", "/links/\ufffd"])
def test_it_takes_any_word_for_the_page_it_is_on(client: Client, page: str) -> None:
    assert "All workflow links" in shown(client, page=page)


@pytest.mark.parametrize("query", ["nope", "%", "train%", "\\", "a\0b", "x" * 9000])
def test_it_finds_nothing_else(client: Client, query: str) -> None:
    make.make_run()
    assert 'role="option"' not in shown(client, query)


def test_only_staff_is_offered_the_admin(client: Client, admin: Client) -> None:
    assert 'href="/admin/"' not in shown(client)
    assert 'href="/admin/"' in shown(admin)


MARKER = "zanzibar"
URL = "https://x.example.com/zanzibar"
CSRF = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')


def make_hidden() -> None:
    """Everything that a palette or a suggestion could name, in a private project."""
    ben = make.make_user("ben")
    project = make.make_private_project(MARKER, title=f"{MARKER} title")
    run = make.make_run(f"{MARKER}-run", project=project, workflow=f"{MARKER}-workflow")
    action = make.make_action(run, f"{MARKER}-action")
    make.make_pod(make.make_attempt(action), f"{MARKER}-pod")
    make.make_link(run, action, url=URL, url_digest=url_digest(URL))
    for owner in (None, ben):
        add_pin(project=project, owner=owner, title=MARKER, address=f"/go/{MARKER}/x")
    make.make_member(project, ben)
    viewed = read_address(f"/projects/{MARKER}/links/")
    save_view(user=ben, name=MARKER, viewed=viewed, shared=True)


@pytest.mark.parametrize("path", ["/palette", "/find"])
def test_an_outsider_learns_nothing(client: Client, path: str) -> None:
    names = (f"{MARKER}{end}" for end in ("", "-", "-run", "-pod", "-action"))
    questions = ["", "z", *names, URL]

    def answer(query: str) -> tuple[str, int]:
        with CaptureQueriesContext(connection) as queries:
            plain = client.get(path, {"q": query}).content.decode()
            headers = (htmx(each) for each in (TARGET, "div#find-suggestions"))
            parts = [client.get(path, {"q": query}, headers=each).content for each in headers]
        return CSRF.sub("", plain + str(parts)), len(queries)

    make.make_run("seen")
    answer("")  # what the first one keeps for all others
    absent = {query: answer(query) for query in questions}
    make_hidden()

    assert {query: answer(query) for query in questions} == absent


def test_its_queries_do_not_grow(client: Client, viewer: User) -> None:
    def few(query: str) -> int:
        return queries_of(lambda: shown(client, query))

    make.make_run()
    counts = [few(""), few("p")]
    for number in range(4):
        run = make.make_run(f"p{number}", project=make.make_project(f"p{number}"))
        Star.objects.create(user=viewer, project=run.project)
        add_pin(project=run.project, owner=viewer, title=f"p{number}", address=f"/go/p{number}/x")

    assert [few(""), few("p")] == counts
