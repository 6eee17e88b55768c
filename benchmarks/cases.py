"""What is asked of the web server, and its empty twin for the same caller."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.client import request
from benchmarks.web import Web

# Makes so many requests, whenever it is asked.
Making = Callable[[int], list[bytes]]
EMPTY_PAGE, EMPTY_API = "/bench/page", "/bench/api/empty"
SAME_PERSON, SAME_TOKEN = "empty view, same session", "empty view, same token"


@dataclass(frozen=True)
class Case:
    """`bar` is what the ratio may be at most.

    The answer has `status` and at least so many times the text that `holds` names: what is quick
    because nothing is there would be no figure.
    """

    area: str
    name: str
    baseline: str
    ours: Making
    empty: Making
    status: int = 200
    bar: float | None = None
    holds: tuple[str, int] = ("", 0)


def page(
    web: Web,
    area: str,
    name: str,
    path: str,
    *,
    holds: tuple[str, int] = ("", 0),
    bar: float | None = None,
    status: int = 200,
) -> Case:
    """A page, asked for by a signed-in person."""
    return Case(
        area,
        name,
        SAME_PERSON,
        _same("GET", path, web.session),
        _same("GET", EMPTY_PAGE, web.session),
        status,
        bar,
        holds,
    )


def answer(web: Web, area: str, name: str, path: str, *, holds: tuple[str, int]) -> Case:
    """An answer of the API, asked for by a program."""
    ours = _same("GET", f"/api/v1{path}", web.token)
    return Case(area, name, SAME_TOKEN, ours, _same("GET", EMPTY_API, web.token), holds=holds)


def _same(method: str, path: str, headers: str) -> Making:
    one = request(method, path, headers)
    return lambda number: [one] * number
