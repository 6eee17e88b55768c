"""Light and dark, by preference and by choice."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def choose(client: Client, theme: str, back: str = "/projects/?x=1") -> str:
    return client.post("/theme/", {"theme": theme, "next": back})["Location"]


def page(client: Client) -> str:
    return client.get("/projects/").content.decode()


def test_it_keeps_what_was_chosen_and_goes_back(client: Client) -> None:
    assert choose(client, "dark") == "/projects/?x=1"

    assert '<html lang="en" data-theme="dark">' in page(client)
    assert '<meta name="color-scheme" content="dark">' in page(client)


@pytest.mark.parametrize("theme", ["", "pink", '"><script>'])
def test_it_leaves_it_to_the_system_else(client: Client, theme: str) -> None:
    choose(client, "dark")
    choose(client, theme)

    assert '<html lang="en">' in page(client)
    assert '<meta name="color-scheme" content="light dark">' in page(client)


def test_a_forged_cookie_chooses_nothing(client: Client) -> None:
    client.cookies["theme"] = '"><script>'

    assert '<html lang="en">' in page(client)


@pytest.mark.parametrize("back", ["", "https://evil.example.com/", "//evil.example.com", "\\\\x"])
def test_it_sends_nobody_elsewhere(client: Client, back: str) -> None:
    assert choose(client, "dark", back) == "/"


def test_the_signed_out_choose_too(nobody: Client) -> None:
    choose(nobody, "light", "/sign-in/")

    assert 'data-theme="light"' in nobody.get("/sign-in/").content.decode()


def test_it_answers_only_to_a_form(client: Client) -> None:
    assert client.get("/theme/").status_code == 405


def test_htmx_gets_the_switch_alone(client: Client) -> None:
    headers = {"HX-Request": "true", "HX-Target": "form#theme"}
    answer = client.post("/theme/", {"theme": "dark", "next": "/links/"}, headers=headers)

    assert answer.content.decode().count("<button") == 3
    assert 'value="dark" aria-pressed="true"' in answer.content.decode()
    assert answer.cookies["theme"].value == "dark"
