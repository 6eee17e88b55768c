"""A whole page or one partial of it."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from linkhub.pages.rendering import asked_partial
from tests.pages.conftest import htmx


def asked(headers: dict[str, str]) -> str:
    return asked_partial(RequestFactory().get("/", headers=headers))


@pytest.mark.parametrize("target", ["div#run-table", "run-table"])
def test_it_reads_the_partial_from_the_target(target: str) -> None:
    assert asked(htmx(target)) == "run_table"


def test_it_takes_a_plain_request_for_the_whole_page() -> None:
    assert asked({}) == ""


def test_it_takes_a_full_request_for_the_whole_page() -> None:
    assert asked(htmx("body", "full")) == ""
    assert asked(htmx("div#run-table", "full")) == ""


def test_it_takes_a_history_restore_for_the_whole_page() -> None:
    headers = htmx("div#run-table") | {"HX-History-Restore-Request": "true"}

    assert asked(headers) == ""
