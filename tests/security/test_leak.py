"""To an outsider a private project is one that does not exist: the same answers, byte for byte.

Each request is made before the project is there and after, by whoever is no member. Status,
headers, body and the number of queries have to be the same, and no marker is anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

import pytest
import time_machine
from django.db import connection, reset_queries, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from linkhub.accounts.models import Project
from linkhub.accounts.tokens import create_token
from tests import factories as make
from tests.security import matrix
from tests.security.secrets import MARK, make_secrets, make_shared
from tests.security.test_matrix import API, PAGES
from tests.security.world import EVERYTHING, Caller

pytestmark = pytest.mark.django_db

# What the whole instance does, for machines; docs/threat-model.md says so of the counts. How ready
# it is stands for a second, so that only who asks first costs queries.
OF_INSTANCE = {"/metrics", "/readyz"}
NEW_EACH_TIME = ("X-Request-ID", "Set-Cookie")
# Values that lead to the project and to what is in it, by every name that a parameter has.
PARAMETERS: dict[str, str] = {
    "project": "secret",
    "domain": "development",
    "workflow": "train_pipeline",
    "task": "train_model",
    "tool": "wiki",
    "phase": "failed",
    "user": f"{MARK}-user",
    "label": f"{MARK}-label={MARK}-value",
    "state": "ready",
    "key": "board",
    "since": "2020-01-01T00:00:00Z",
    "until": "2030-01-01T00:00:00Z",
    "q": "r7",
    "order": "-ended",
    "limit": "1",
    "format": "csv",
    "level": "action",
    "action": "a0",
    "with": "/projects/secret/development/runs/r7/",
    "on": "/projects/secret/development/runs/r7/",
    "run": "r7",
    "next": "/projects/secret/",
}
QUESTIONS = ("r7", "a0", "pod-7", "uid-7", "secret", MARK, "train_pipeline", "board")
QUESTIONS += (f"https://{MARK}.example.com/link", f"{MARK}-label={MARK}-value")
SEARCHES = ("/find", "/palette", "/api/v1/find")
PARTIALS = ("run-table", "pin-lists", "go-state", "palette", "actions", "links", "live", "main")
HEADERS: tuple[dict[str, str], ...] = (
    *({"HX-Request": "true", "HX-Target": f"div#{target}"} for target in PARTIALS),
    {"HX-Request": "true", "HX-History-Restore-Request": "true"},
    {"Accept": "text/csv"},
    {"If-Modified-Since": "Mon, 01 Jan 2035 00:00:00 GMT", "If-None-Match": '"x"'},
    {"Referer": "http://testserver/projects/secret/", "X-Forwarded-Host": "secret"},
)


@dataclass(frozen=True)
class Ask:
    method: str
    address: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.address} {dict(self.headers) or ''}"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: str
    queries: int


def outsiders() -> dict[str, Caller]:
    """By session, by token, as a program of another project, and without anything."""
    user = make.make_user("otto")
    browser = Client()
    browser.force_login(user)
    _, own = create_token(name="own", abilities=EVERYTHING, owner=user, actor=user)
    _, others = make.make_token(project=Project.objects.get(name="open"))
    return {
        "page": Caller(browser),
        "person": Caller(Client(headers={"Authorization": f"Bearer {own}"}), is_program=True),
        "service": Caller(Client(headers={"Authorization": f"Bearer {others}"}), is_program=True),
        "stranger": Caller(Client()),
    }


def answer(caller: Caller, ask: Ask) -> Answer:
    """As if nobody had asked before; without what is new in every answer."""
    body = matrix.BODIES.get(f"{ask.method} {ask.address.partition('?')[0]}")
    # Django's log of queries is full after 9,000.
    reset_queries()
    with transaction.atomic():
        with CaptureQueriesContext(connection) as queries:
            response = caller.ask(ask.method, ask.address, body, headers=ask.headers)
            content = response.getvalue() if response.streaming else response.content  # type: ignore[attr-defined]
        transaction.set_rollback(True)
    text = re.sub(r'(csrfmiddlewaretoken"( type="hidden")? value=")\w+', r"\1", content.decode())
    headers = {name: value for name, value in response.items() if name not in NEW_EACH_TIME}
    return Answer(response.status_code, headers, text, len(queries))


def every_address() -> Iterator[Ask]:
    for row in (*PAGES, *API):
        if row.address not in OF_INSTANCE:
            yield Ask(row.method, row.address)


def every_question() -> Iterator[Ask]:
    """Each list, as every parameter can ask for the project in it."""
    lists = [row.address for row in (*PAGES, *API) if row.method == "GET"]
    of_all = [each for each in lists if "secret" not in each and "?" not in each]
    for address in (each for each in of_all if each not in OF_INSTANCE):
        for name, value in PARAMETERS.items():
            yield Ask("GET", f"{address}?{urlencode({name: value})}")
    for address in (*SEARCHES, "/links/", "/projects/", "/api/v1/runs"):
        for question in QUESTIONS:
            yield Ask("GET", f"{address}?{urlencode({'q': question})}")


def telling_questions() -> Iterator[Ask]:
    """Of those the ones by which most could be told."""
    for name, value in PARAMETERS.items():
        yield Ask("GET", f"/links/?{urlencode({name: value})}")
    for address in SEARCHES:
        for question in QUESTIONS:
            yield Ask("GET", f"{address}?{urlencode({'q': question})}")


def everything() -> Iterator[Ask]:
    """Every address with every parameter and every header."""
    for ask in every_address():
        if ask.method == "GET":
            joint = "&" if "?" in ask.address else "?"
            for name, value in PARAMETERS.items():
                yield Ask("GET", ask.address + joint + urlencode({name: value}))
        for headers in HEADERS:
            yield Ask(ask.method, ask.address, headers)


def of(caller: str, asks: list[Ask]) -> list[Ask]:
    """Those that such a caller makes."""
    return [ask for ask in asks if ("/api/" in ask.address) == (caller == "person")]


def differences(asks: list[Ask], callers: tuple[str, ...]) -> list[str]:
    """What an outsider could tell the hidden project by."""
    make_shared()
    asking = [(name, caller) for name, caller in outsiders().items() if name in callers]
    pairs = [(name, caller, ask) for name, caller in asking for ask in asks]
    before = [answer(caller, ask) for _, caller, ask in pairs]
    make_secrets()
    found = []
    for (name, caller, ask), absent in zip(pairs, before, strict=True):
        hidden = answer(caller, ask)
        asked = MARK in ask.address
        if hidden != absent or (not asked and MARK in f"{hidden.headers} {hidden.body}"):
            found.append(f"{ask} by {name}: {told_by(absent, hidden)}")
    return found


def told_by(absent: Answer, hidden: Answer) -> str:
    if absent.status != hidden.status or absent.queries != hidden.queries:
        return f"{absent.status}, {absent.queries} queries; {hidden.status}, {hidden.queries}"
    lines = set(hidden.body.splitlines()) - set(absent.body.splitlines())
    return f"{sorted(lines)[:3]}" or f"{absent.headers} {hidden.headers}"


@pytest.fixture(autouse=True)
def standing_clock() -> Iterator[None]:
    """Pages say how long ago things were."""
    with time_machine.travel("2026-01-06T10:00:00Z", tick=False):
        yield


@pytest.mark.parametrize("caller", ["page", "person"])
def test_no_address_tells_a_hidden_project_from_an_absent_one(caller: str) -> None:
    """The shortest of the tests below: what names the project, and the lists that search."""
    asks = [ask for ask in every_address() if "secret" in ask.address or ask.address == "/links/"]
    asks += [Ask("GET", f"{address}?q=r7") for address in SEARCHES]

    assert differences(of(caller, asks), (caller,)) == []


@pytest.mark.slow
@pytest.mark.parametrize("caller", ["page", "person"])
def test_no_list_tells_of_it_whatever_it_is_asked(caller: str) -> None:
    assert differences(of(caller, [*every_address(), *telling_questions()]), (caller,)) == []


@pytest.mark.slow
@pytest.mark.parametrize("caller", ["page", "person", "service", "stranger"])
def test_no_parameter_and_no_header_tells_of_it(caller: str) -> None:
    asks = [*every_address(), *every_question(), *everything()]

    assert differences(asks, (caller,)) == []


def test_a_member_sees_what_others_do_not() -> None:
    """Else the tests above would hold for markers that nothing ever shows."""
    make_shared()
    project = make_secrets()
    user = make.make_user("vera")
    make.make_member(project, user)
    client = Client()
    client.force_login(user)
    shown = [
        row.address
        for row in PAGES
        if row.method == "GET" and MARK in answer(Caller(client), Ask("GET", row.address)).body
    ]

    assert len(shown) > 10
