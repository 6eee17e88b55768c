"""Lists whose filters no index serves: every match comes, in short pages if need be."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from linkhub.accounts.models import ApiToken
from linkhub.links import listing, run_listing
from linkhub.links.filters import Filters
from linkhub.links.horizon import OF_LINKS, OF_RUNS, Horizon, floors
from linkhub.links.listing import page_of_links
from linkhub.links.run_listing import looked_to, page_of_runs
from tests import factories as make

pytestmark = pytest.mark.django_db
RUNS = 12


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> ApiToken:
    """Whoever reads twelve runs, of which lists look at two, then at four."""
    for module, name in ((run_listing, "OF_RUNS"), (listing, "OF_LINKS")):
        monkeypatch.setattr(module, name, Horizon((2, 4), getattr(module, name).served))
    for number in range(RUNS):
        time = timedelta(minutes=number)
        run = make.make_run(
            f"{'found' if number in {1, 11} else 'other'}-{number}",
            created_at=make.CREATED + time,
            ended_at=make.ENDED - time,
        )
        make.make_link(run, project=run.project, key="rare" if number in {1, 11} else "usual")
    return make.make_token()[0]


def read_all(page: Any, token: ApiToken, filters: Filters, order: Any) -> list[list[str]]:
    """The names of each page's runs."""
    pages, cursor = [], None
    while True:
        rows, cursor = page(token, filters, order=order, limit=2, cursor=cursor)
        pages.append([row.name if page is page_of_runs else row.run for row in rows])
        if cursor is None:
            return pages


@pytest.mark.parametrize("order", ["-created", "-ended"])
def test_every_match_comes_once_however_far_apart(token: ApiToken, order: Any) -> None:
    names = ["found-11", "found-1"]
    pages = read_all(page_of_runs, token, Filters(q=["found"]), order)
    assert len(pages) > 2
    assert [name for page in pages for name in page] == (
        names if order == "-created" else names[::-1]
    )


@pytest.mark.parametrize("order", ["-created", "-ended"])
def test_every_link_comes_once_however_far_apart(token: ApiToken, order: Any) -> None:
    names = ["found-11", "found-1"]
    pages = read_all(page_of_links, token, Filters(key=["rare"]), order)
    assert len(pages) > 2
    assert [name for page in pages for name in page] == (
        names if order == "-created" else names[::-1]
    )


def test_a_full_page_is_looked_for_no_further(token: ApiToken) -> None:
    rows, cursor = page_of_runs(token, Filters(q=["other"]), order="-created", limit=2, cursor=None)
    assert [row.name for row in rows] == ["other-10", "other-9"]
    assert looked_to(cursor) is None


def test_it_says_how_far_it_looked(token: ApiToken) -> None:
    _, cursor = page_of_runs(token, Filters(q=["none"]), order="-created", limit=2, cursor=None)
    assert looked_to(cursor) == make.CREATED + timedelta(minutes=RUNS - 5)


def test_it_gets_on_where_more_runs_than_it_looks_at_have_one_time(token: ApiToken) -> None:
    for number in range(9):
        make.make_run(f"same-{number}", created_at=make.CREATED)
    pages = read_all(page_of_runs, token, Filters(q=["same", "found-1"]), "-created")
    assert len([name for page in pages for name in page]) == 11


@pytest.mark.parametrize(
    ("filters", "horizon", "served"),
    [
        ({}, OF_RUNS, True),
        ({"project": ["p"], "since": ["2026-01-05"], "user": ["ana"]}, OF_RUNS, True),
        ({"label": ["a=b"], "domain": ["d"]}, OF_RUNS, False),
        ({"phase": ["failed"]}, OF_RUNS, False),
        ({"tool": ["grafana"]}, OF_RUNS, False),
        ({"tool": ["grafana"]}, OF_LINKS, True),
        ({"key": ["a"]}, OF_LINKS, False),
    ],
)
def test_it_looks_to_the_end_where_an_index_serves(
    token: ApiToken, filters: Any, horizon: Horizon, served: bool
) -> None:
    short = Horizon((2, 4), horizon.served)
    asked = Filters(**filters)
    found = list(floors(token, asked, order="-created", start=None, horizon=short))
    assert (found == [None]) is served
