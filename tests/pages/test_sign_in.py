"""Signing in and out."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import factories as make

pytestmark = pytest.mark.django_db


def sign_in(client: Client, then: str = "", password: str = make.PASSWORD) -> str:
    make.make_user()
    form = {"username": "ana", "password": password, "next": then}
    response = client.post("/sign-in/", form)
    return response.get("Location", "")


def test_it_leads_back_to_where_the_viewer_wanted(nobody: Client) -> None:
    assert (
        'value="/links/?show=100"'
        in nobody.get("/sign-in/", {"next": "/links/?show=100"}).content.decode()
    )
    assert sign_in(nobody, "/links/?show=100") == "/links/?show=100"


@pytest.mark.parametrize(
    "then", ["https://evil.example.com/", "//evil.example.com", "javascript:1"]
)
def test_it_never_leads_elsewhere(nobody: Client, then: str) -> None:
    assert sign_in(nobody, then) == "/"


def test_it_says_that_a_password_is_wrong(nobody: Client) -> None:
    make.make_user()
    response = nobody.post("/sign-in/", {"username": "ana", "password": "guess"})

    assert response.status_code == 200
    assert 'role="alert"' in response.content.decode()


@pytest.mark.parametrize("field", ["username", "password"])
def test_it_says_that_a_name_cannot_be(nobody: Client, field: str) -> None:
    form = {"username": "ana", "password": "guess"} | {field: "a\0b"}
    response = nobody.post("/sign-in/", form)

    assert response.status_code == 200
    assert 'role="alert"' in response.content.decode()


@pytest.mark.parametrize("then", ["/sign-in/", "/sign-in/?next=/sign-in/", "http://[", "/%00"])
def test_it_leads_on_whoever_is_signed_in(client: Client, then: str) -> None:
    response = client.get("/sign-in/", {"next": then})

    assert response.status_code == 302
    assert not response["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("cookie", [r'"\000aaaaaaaaaaaaaaa"', r'"\355\240\200aaaaaaaa"', "", "a"])
def test_a_cookie_that_is_no_session_is_none(nobody: Client, cookie: str) -> None:
    response = nobody.get("/links/", HTTP_COOKIE=f"sessionid={cookie}")

    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in/")


def test_it_signs_out_by_post_only(client: Client) -> None:
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/")["Location"] == "/sign-in/"
    assert client.get("/").status_code == 302


def test_an_address_that_means_nothing_is_a_page(nobody: Client, client: Client) -> None:
    for viewer in (nobody, client):
        response = viewer.get("/nothing/here")
        assert response.status_code == 404
        assert "Not found" in response.content.decode()


def test_a_form_whose_token_is_gone_says_so() -> None:
    response = Client(enforce_csrf_checks=True).post("/sign-in/", {"username": "ana"})

    assert response.status_code == 403
    assert "Go back, reload the page" in response.content.decode()


def test_every_answer_forbids_inline_code(nobody: Client) -> None:
    policy = nobody.get("/sign-in/")["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
