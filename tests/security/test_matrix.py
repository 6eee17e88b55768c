"""Who may do what: every route by every role, as `matrix.py` has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest
from django.db import transaction

from tests.security import matrix, routes
from tests.security.world import Caller, browsers, make_world, programs


@dataclass(frozen=True)
class Row:
    method: str
    address: str
    statuses: Mapping[str, int]


def rows_of(table: str) -> list[Row]:
    header, *lines = (line.split() for line in table.strip().splitlines())
    columns = header[2:]
    return [
        Row(method, address, dict(zip(columns, map(int, statuses), strict=True)))
        for method, address, *statuses in lines
    ]


# They look at nobody's token, and take as long as all others together.
SLOW = frozenset({"/api/v1/openapi.json", "/api/docs"})
PAGES, API = rows_of(matrix.PAGES), rows_of(matrix.API)


def wrong_answers(rows: list[Row], callers: Mapping[str, Caller]) -> Iterator[str]:
    """Each is asked for as if nobody had asked before."""
    for row in rows:
        body = matrix.BODIES.get(f"{row.method} {row.address}")
        for column, expected in row.statuses.items():
            if row.address in SLOW and column not in {"none", "admin"}:
                continue
            with transaction.atomic():
                status = callers[column].ask(row.method, row.address, body).status_code
                transaction.set_rollback(True)
            if status != expected:
                yield f"{row.method} {row.address} by {column}: {status}, not {expected}"


def test_every_route_has_its_line() -> None:
    listed = {routes.route_of(row.address) for row in (*PAGES, *API)}

    assert sorted(routes.every_route() - listed) == []


def test_every_operation_has_its_line() -> None:
    listed = {(row.method, routes.route_of(row.address)) for row in API}

    assert sorted(routes.every_operation() - listed) == []


@pytest.mark.django_db
def test_pages_answer_each_role_as_listed() -> None:
    assert list(wrong_answers(PAGES, browsers(make_world()))) == []


@pytest.mark.django_db
def test_the_api_answers_each_token_as_listed() -> None:
    assert list(wrong_answers(API, programs(make_world()))) == []
