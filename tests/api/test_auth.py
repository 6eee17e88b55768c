from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.api.conftest import RUN, Api, MakeApi
from tests.factories import make_run, make_token


@pytest.mark.parametrize("header", ["Bearer wrong", "Bearer", "Bearer ", "Basic eA==", "x", "é"])
def test_it_refuses_what_is_no_token(db: None, header: str) -> None:
    response = Client().get(RUN, headers={"Authorization": header})
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="LinkHub", error="invalid_token"'
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == 401


def test_it_asks_for_a_token(stranger: Api) -> None:
    assert stranger.get(RUN)["WWW-Authenticate"] == 'Bearer realm="LinkHub"'


@pytest.mark.parametrize("field", ["revoked_at", "expires_at"])
def test_it_refuses_a_token_whose_time_is_over(db: None, field: str) -> None:
    token, secret = make_token()
    setattr(token, field, timezone.now() - timedelta(seconds=1))
    token.save(update_fields=[field])
    assert Api(secret).get(RUN).status_code == 401


def test_it_takes_the_scheme_in_any_case(db: None) -> None:
    make_run()
    _, secret = make_token()
    assert Client().get(RUN, headers={"Authorization": f"bearer {secret}"}).status_code == 200


def test_it_refuses_a_lacking_ability_alike_for_what_is_there_and_what_is_not(
    api_that: MakeApi,
) -> None:
    caller = api_that("ingest")
    before = caller.get(RUN)
    make_run()
    assert (before.status_code, before.content) == (403, caller.get(RUN).content)


def test_it_does_not_take_a_session_for_a_token(client: Client, admin_user: object) -> None:
    client.force_login(admin_user)  # type: ignore[arg-type]
    assert client.get(RUN).status_code == 401
