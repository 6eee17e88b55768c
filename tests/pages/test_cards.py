"""Cards: what somebody who is not signed in, such as a chat's robot, is told of an address."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from linkhub.pages.cards import KINDS, card_of
from linkhub.pages.urls import urlpatterns
from tests import factories as make

pytestmark = pytest.mark.django_db
RUN = "/projects/{}/development/runs/r7/"
PATHS = [RUN, RUN + "actions/a0/", "/projects/{}/", "/go/{}/development/latest/board?workflow=w"]
CARD = re.compile(r"<meta (?:name|property)[^>]+>")


def card(nobody: Client, path: str) -> list[str]:
    return CARD.findall(nobody.get(path, follow=True).content.decode())


@pytest.mark.parametrize("path", PATHS)
def test_it_is_the_same_for_present_hidden_and_absent(nobody: Client, path: str) -> None:
    make.make_action(make.make_run(project=make.make_private_project()))
    make.make_action(make.make_run())
    present, *others = [card(nobody, path.format(name)) for name in ("flytesnacks", "secret", "no")]

    assert others == [present, present]
    assert any("og:title" in each for each in present)
    assert not any("flytesnacks" in each or "r7" in each for each in present)


def test_it_says_what_kind_of_page_it_is(nobody: Client) -> None:
    shown = card(nobody, RUN.format("flytesnacks"))

    assert '<meta property="og:title" content="A run · LinkHub">' in shown
    assert '<meta property="og:description" content="Sign in to see it.">' in shown


@pytest.mark.parametrize(
    "address", ["", "https://evil.example.com/links/", "//x/", "/a\0", "/admin/"]
)
def test_any_other_address_has_the_plain_one(address: str) -> None:
    assert card_of(address).title == "LinkHub"


def test_its_kinds_are_pages() -> None:
    assert set(KINDS) <= {getattr(each, "name", None) for each in urlpatterns}
