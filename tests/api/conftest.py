"""A caller of the API: a token in every request, JSON in and out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.http import HttpResponse
from django.test import Client

from linkhub.accounts.models import Project
from tests.factories import make_token

RUN = "/api/v1/projects/flytesnacks/domains/development/runs/r7"
ACTION = f"{RUN}/actions/x1"


class Api:
    """Calls with one token; bodies are given as data, or as bytes that go out as they are."""

    def __init__(self, secret: str | None) -> None:
        self._client = Client(headers={"Authorization": f"Bearer {secret}"} if secret else {})

    def get(self, path: str, **query: Any) -> HttpResponse:
        return self._client.get(path, query)

    def send(self, method: str, path: str, body: Any = None, **options: Any) -> HttpResponse:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self._client.generic(method, path, data, "application/json", **options)

    def put(self, path: str, body: Any = None, **options: Any) -> HttpResponse:
        return self.send("PUT", path, {} if body is None else body, **options)

    def patch(self, path: str, body: Any) -> HttpResponse:
        return self.send("PATCH", path, body)

    def post(self, path: str, body: Any) -> HttpResponse:
        return self.send("POST", path, body)

    def delete(self, path: str) -> HttpResponse:
        return self._client.delete(path)


MakeApi = Callable[..., Api]


@pytest.fixture
def api(db: None) -> Api:
    """With every ability, for every project."""
    return Api(make_token()[1])


@pytest.fixture
def api_that(db: None) -> MakeApi:
    """`api_that("read", project=p)`: with these abilities, limited to that project."""

    def make(*abilities: str, project: Project | None = None) -> Api:
        return Api(make_token(*abilities, project=project)[1])

    return make


@pytest.fixture
def stranger(db: None) -> Api:
    """Without a token."""
    return Api(None)


@pytest.fixture
def one_connection(db: None) -> Iterator[None]:
    """The connection that the test's transaction is in stays open between a server's requests."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def errors(response: HttpResponse) -> dict[str, str]:
    """The messages of a problem document by place, such as `body.actions.1.name`."""
    assert response["Content-Type"] == "application/problem+json"
    return {".".join(map(str, one["loc"])): one["msg"] for one in response.json()["errors"]}
