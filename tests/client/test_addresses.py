"""The client's addresses are LinkHub's own."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.urls import resolve, reverse
from hypothesis import given
from hypothesis import strategies as st
from linkhub_client import addresses

from linkhub.lib.names import check_name, to_segment

names = st.text(min_size=1, max_size=30).filter(lambda name: check_name(name) is None)


@given(names)
def test_it_writes_a_name_as_linkhub_does(name: str) -> None:
    assert addresses.segment(name) == quote(to_segment(name), safe="")


@given(names)
def test_it_reads_back_what_it_wrote(name: str) -> None:
    assert addresses.unsegment(addresses.segment(name)) == name


@pytest.mark.parametrize("action", [None, "a/b ~ä"])
def test_it_makes_the_address_of_a_page(action: str | None) -> None:
    path = addresses.page("vi sion", "d", "..", action)
    found = resolve(path.replace("%20", " ").replace("%C3%A4", "ä"))
    assert found.kwargs["run"] == ".."
    assert found.url_name == ("action" if action else "run")


def test_it_makes_the_address_of_a_redirect() -> None:
    made = addresses.go("p", "d", "latest", None, "logs")
    assert made == reverse("go_run", args=["p", "d", "latest", "logs"])
