"""Tokens: sent, fetched, and fetched anew when they are not taken any more."""

import base64
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from werkzeug import Request, Response

from linkhub.ingest.flyte2 import authorizing
from linkhub.ingest.models import Source
from linkhub.ingest.sources.changes import poll_now
from linkhub.ingest.sources.rounds import poll
from linkhub.runs.models import Run
from tests.ingest.flyte2.back_end import BackEnd, serving

VARIABLE = "LINKHUB_SOURCE_FLYTE"


@dataclass
class Guard:
    """Stands before a back end: lets in one token, and gives out the next for the right secret."""

    flyte: BackEnd
    secret: str = "hush/hush"
    good: str = "static"
    header: str = "authorization"
    given: int = 0
    asked: list[dict[str, str]] = field(default_factory=list)
    token_status: int = 200

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        if request.path == "/token":
            return self.token(request)(environ, start_response)
        if request.path.endswith("GetOAuth2Metadata"):
            found = f'{{"tokenEndpoint":"{request.host_url}token"}}'
            return Response(found, mimetype="application/json")(environ, start_response)
        if request.headers.get(self.header) != f"Bearer {self.good}":
            body = '{"code":"unauthenticated","message":"token expired"}'
            return Response(body, 401, mimetype="application/json")(environ, start_response)
        return self.flyte.application()(environ, start_response)

    def token(self, request: Request) -> Response:
        self.asked.append(dict(request.form))
        expected = base64.b64encode(f"me:{self.secret.replace('/', '%2F')}".encode()).decode()
        if request.headers["Authorization"] != f"Basic {expected}" or self.token_status != 200:
            return Response("{}", max(self.token_status, 401))
        self.given += 1
        self.good = f"t{self.given}"
        body = f'{{"access_token":"{self.good}","expires_in":3600}}'
        return Response(body, mimetype="application/json")


@pytest.fixture
def guard(flyte: BackEnd, monkeypatch: pytest.MonkeyPatch) -> Guard:
    monkeypatch.setattr(authorizing, "_tokens", {})
    flyte.add("r1")
    return Guard(flyte)


@pytest.fixture
def address(guard: Guard, db: None) -> Iterator[str]:
    with serving(guard) as address:
        yield address


def polled(address: str, monkeypatch: pytest.MonkeyPatch, secret: str, **settings: Any) -> Source:
    monkeypatch.setitem(os.environ, VARIABLE, secret)
    settings = {"projects": ["flytesnacks/development"], "watch": False} | settings
    fields = {"address": address, "settings": settings, "kind": "flyte2"}
    source, _ = Source.objects.update_or_create(
        name="flyte", defaults=fields | {"credentials_variable": VARIABLE if secret else ""}
    )
    poll_now(source)
    assert poll(source.pk)
    source.refresh_from_db()
    return source


def test_it_sends_a_bearer_token(
    address: str, guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    guard.header = "flyte-authorization"
    assert polled(address, monkeypatch, "static", header="flyte-authorization").last_error == ""
    assert Run.objects.count() == 1


@pytest.mark.parametrize("secret", ["", "wrong"])
def test_it_says_that_it_is_not_let_in(
    address: str, monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    source = polled(address, monkeypatch, secret)
    assert source.last_error == "The back end does not take the credentials (401)."
    assert source.failures == 1


def test_it_gets_a_token_for_client_credentials(
    address: str, guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = {"auth": "client_secret", "client_id": "me", "scopes": ["all"], "audience": "flyte"}
    assert polled(address, monkeypatch, guard.secret, **more).last_error == ""
    polled(address, monkeypatch, guard.secret, **more)
    assert guard.asked == [
        {"grant_type": "client_credentials", "scope": "all", "audience": "flyte"}
    ]


def test_it_gets_another_token_when_one_has_expired(
    address: str, guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = base64.b64encode(f"flyte.example.com:me:{guard.secret}:".encode()).decode()
    polled(address, monkeypatch, key, auth="api_key")
    guard.good = "rotated"
    guard.flyte.add("r2")
    assert polled(address, monkeypatch, key, auth="api_key").last_error == ""
    assert (guard.given, Run.objects.count()) == (2, 2)


@pytest.mark.parametrize(
    ("secret", "settings", "said"),
    [
        ("x", {"auth": "client_secret", "client_id": "me"}, "answers 401 to the client"),
        ("x", {"auth": "client_secret"}, "client_id is not set"),
        ("x", {"auth": "api_key"}, "not an API key"),
        ("", {"auth": "bearer"}, "no variable with a credential"),
    ],
)
def test_it_says_what_is_wrong_with_the_credentials(
    address: str, monkeypatch: pytest.MonkeyPatch, secret: str, settings: dict[str, Any], said: str
) -> None:
    assert said in polled(address, monkeypatch, secret, **settings).last_error


def test_it_tries_a_token_endpoint_that_is_away_again(
    address: str, guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    guard.token_status = 503
    more = {"auth": "client_secret", "client_id": "me"}
    assert "answers 503" in polled(address, monkeypatch, guard.secret, **more).last_error
    guard.token_status = 200
    assert polled(address, monkeypatch, guard.secret, **more).last_error == ""
