"""The hostile corpus in every field: no failure, no link that leaves the policy, no markup.

What a real browser makes of it is in `tests/browser/test_hostile.py`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from linkhub.links.read import ShownLink, links_of_runs
from linkhub.runs.models import Run
from tests import factories as make
from tests.security import corpus
from tests.security.hostile import record, run_document, single_fields
from tests.security.test_leak import PARAMETERS

pytestmark = pytest.mark.django_db

BATCH = "/api/v1/runs:batch"
GOOD = "https://good.example.com/"
PLACE = {"project": "hostile", "domain": "development"}
HANDLER = re.compile(r"on\w+|hx-on.*|srcdoc|style", re.IGNORECASE)
SEARCHED = ("/find", "/links/", "/projects/", "/", "/projects/hostile/links/", "/palette")


@pytest.fixture
def program() -> Client:
    return Client(headers={"Authorization": f"Bearer {make.make_token()[1]}"})


@pytest.fixture
def browser() -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(make.make_user("ana"))
    return client


def record_corpus(program: Client, texts: Sequence[str] = corpus.EVERY) -> list[int]:
    """A run for each entry, with as much of it as is taken."""
    documents = []
    for number, text in enumerate(texts):
        place = PLACE | {"run": f"r{number:03}"}
        documents += [place | run_document(text)]
        documents += [place | one for one in single_fields(text)]
        documents += [PLACE | {"run": text}]
    return record(program, documents)


class Markup(HTMLParser):
    """Gathers what no page of LinkHub has of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.foreign: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag in {"iframe", "object", "embed", "base", "math", "marquee", "video", "audio"}:
            self.foreign.append(tag)
        if tag == "script" and not (given.get("src") or "").startswith("/static/"):
            self.foreign.append(f"script {given}")
        self.foreign += [f"{tag} {name}" for name in given if HANDLER.fullmatch(name)]
        for name in ("href", "src", "action", "formaction"):
            scheme = re.match(r"[\s\x00-\x20]*([a-zA-Z][\w+.-]*)\s*:", given.get(name) or "")
            if scheme and scheme[1].lower() not in {"http", "https"}:
                self.foreign.append(f"{tag} {name}={given[name]}")


def foreign_markup(html: str) -> list[str]:
    parser = Markup()
    parser.feed(html)
    return parser.foreign


def ready_links() -> Iterator[ShownLink]:
    for found in links_of_runs(list(Run.objects.all()), now=timezone.now()).values():
        yield from (link for link in found if link.url)


def test_it_has_enough_of_everything() -> None:
    assert len(corpus.EVERY) >= 300
    assert all(len(texts) >= 10 for texts in corpus.CORPUS.values())


def test_a_run_takes_it_or_says_what_is_wrong_and_no_link_leaves_the_policy(
    program: Client, browser: Client
) -> None:
    statuses = record_corpus(program, corpus.EVERY[::25])
    assert set(statuses) <= {200, 201, 422}
    assert statuses.count(422) < len(statuses) / 2
    for link in ready_links():
        url = urlsplit(link.url or "")
        assert url.scheme in {"http", "https"}, link
        assert link.key != "host", "a host that came from a variable"
        if link.key in {"path", "query", "name", "icon"}:
            assert url.netloc == "good.example.com", link
    for path in ("/links/?show=500", "/projects/hostile/"):
        page = browser.get(path)
        assert page.status_code == 200
        assert foreign_markup(page.content.decode()) == []


@pytest.mark.slow
def test_all_of_it_on_every_page(program: Client, browser: Client) -> None:
    assert set(record_corpus(program)) <= {200, 201, 422}
    for run in Run.objects.all():
        name = quote(run.name.replace("~", "~7E").replace("/", "~2F"), safe="~")
        page = browser.get(f"/projects/hostile/development/runs/{name}/")
        assert page.status_code in {200, 404}, run.name
        assert foreign_markup(page.content.decode()) == [], run.name
    for link in ready_links():
        assert urlsplit(link.url or "").scheme in {"http", "https"}
        assert link.key != "host"
        answer = browser.get(f"/go/hostile/development/{quote(link.run, safe='~')}/{link.key}")
        if answer.status_code == 302:
            assert re.fullmatch(r"https?://[!-~]+", answer["Location"])


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.slow if name.startswith("many") else ())
        for name in corpus.BODIES
    ],
)
def test_a_body_that_is_no_document_is_refused_and_breaks_nothing(
    program: Client, name: str
) -> None:
    body = corpus.BODIES[name]
    for method, path in (
        ("PUT", "/api/v1/projects/hostile/domains/d/runs/r"),
        ("PUT", "/api/v1/definitions/board"),
        ("POST", "/api/v1/definitions:apply"),
        ("POST", BATCH),
    ):
        response = program.generic(method, path, body, "application/json")
        assert response.status_code in {200, 201, 413, 422}, (name, path, response.content[:200])


def questions(every: int) -> Iterator[str]:
    """Each entry as a parameter, the parameters and pages taking turns."""
    names = list(PARAMETERS)
    for number, text in enumerate(corpus.EVERY):
        if number % every == 0:
            name = names[number // every % len(names)]
            path = SEARCHED[number % len(SEARCHED)]
            given = text.encode("utf-8", "surrogatepass")
            yield f"{path}?{urlencode({name: given, 'after': given, 'q': given})}"


@pytest.mark.parametrize("every", [40, pytest.param(1, marks=pytest.mark.slow)])
def test_a_question_is_answered_and_comes_back_as_text(browser: Client, every: int) -> None:
    make.make_run(project=make.make_project("hostile"))
    for address in questions(every):
        page = browser.get(address)
        # A list leads to its own address without what it does not need.
        assert page.status_code in {200, 302, 404}, address
        assert_stays(page)
        assert foreign_markup(page.content.decode()) == [], address


@pytest.mark.parametrize("every", [60, pytest.param(1, marks=pytest.mark.slow)])
def test_no_header_carries_lines_or_leads_elsewhere(browser: Client, every: int) -> None:
    """A way back, a name in a path and a header, as far as a client can send them."""
    stranger = Client(raise_request_exception=False)
    for text in corpus.EVERY[::every]:
        given = quote(text.encode("utf-8", "surrogatepass"), safe="")
        for client, address in (
            (stranger, f"/sign-in/?next={given}"),
            (browser, f"/sign-in/?next={given}"),
            (browser, f"/projects/{given}/"),
            (browser, f"/go/hostile/{given}"),
            (stranger, f"/{given}"),
        ):
            answer = client.get(address, headers={"X-Request-ID": given, "HX-Target": given})
            assert answer.status_code < 500, address
            assert_stays(answer)
        form = {"username": "ana", "password": make.PASSWORD, "next": text}
        if "\ud800" not in text and "\udfff" not in text:
            assert_stays(Client().post("/sign-in/", form))


def assert_stays(answer: Any) -> None:
    """As a browser reads it: a backslash is a slash, tabs and lines in an address are nothing."""
    for value in answer.headers.values():
        assert not re.search(r"[\r\n\0]", value)
    location = re.sub(r"[\t\r\n]", "", answer.get("Location", "/")).replace("\\", "/")
    arrived = urlsplit(urljoin("http://testserver/sign-in/", location))
    assert (arrived.scheme, arrived.netloc) == ("http", "testserver"), location


@pytest.mark.parametrize("every", [100, pytest.param(1, marks=pytest.mark.slow)])
def test_a_definition_takes_it_or_says_what_is_wrong(program: Client, every: int) -> None:
    for number, text in enumerate(corpus.EVERY[::every]):
        for document in definitions(text):
            body = json.dumps(document)
            path = f"/api/v1/definitions/k{number}"
            answer = program.put(path, body, content_type="application/json")
            assert answer.status_code in {200, 201, 422}, (document, answer.content[:200])


def definitions(text: str) -> Iterator[dict[str, Any]]:
    """With the text in each field that takes any, the more particular ones alone."""
    rule = {"variable": text, "op": "regex", "value": text}
    yield {"name": text, "template": GOOD, "description": text, "group": text, "icon": text}
    yield {"name": "Board", "template": GOOD + text}
    yield {"name": "Board", "template": text}
    yield {"name": "Board", "template": GOOD, "select": {"workflow": text, "labels": {text: text}}}
    yield {"name": "Board", "template": GOOD, "when": {"all": [rule]}}
    yield {"name": "Board", "provider": "wandb_run", "params": {"host": text, "entity": text}}
