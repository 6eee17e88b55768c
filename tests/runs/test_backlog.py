"""What waits has a bound, beyond which recording is put off."""

from __future__ import annotations

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries, Settings

from linkhub.runs import backlog
from linkhub.runs.models import Pending
from linkhub.runs.pending import Unit, mark
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test looks for itself, and however few rows there are, they are counted."""
    monkeypatch.setattr(backlog, "_backlog", backlog.Backlog())
    monkeypatch.setattr(backlog, "ROWS_A_PAGE", 1_000_000)


def make_waiting(number: int, lane: Pending.Lane = Pending.Lane.MAIN) -> None:
    mark([Unit(make.make_project(f"p{each}").pk) for each in range(number)], lane=lane)


@pytest.mark.parametrize(("waiting", "seconds"), [(1, 0), (2, backlog.RETRY_SECONDS)])
def test_it_puts_off_from_the_limit_on(settings: Settings, waiting: int, seconds: int) -> None:
    settings.LINKHUB_MAX_PENDING = 2
    make_waiting(waiting)

    assert backlog.seconds_to_wait() == seconds


def test_a_sleeping_lane_of_classes_puts_nobody_off(settings: Settings) -> None:
    settings.LINKHUB_MAX_PENDING = 1
    make_waiting(1, Pending.Lane.PYTHON)

    assert backlog.seconds_to_wait() == 0


def test_no_limit_asks_nothing(
    settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.LINKHUB_MAX_PENDING = 0
    with django_assert_num_queries(0):
        assert backlog.seconds_to_wait() == 0


def test_it_looks_again_after_a_while() -> None:
    now = [0.0]
    looking = backlog.Backlog(lambda: now[0])
    assert not looking.is_over(1)
    make_waiting(1)
    assert not looking.is_over(1)
    now[0] = backlog.LOOK_SECONDS

    assert looking.is_over(1)


def test_a_small_table_is_not_counted(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(backlog, "ROWS_A_PAGE", 80)
    make_waiting(1)
    with django_assert_num_queries(1):
        assert not backlog.is_over(1_000_000)


def test_no_page_has_more_rows_than_the_sparing_reckons_with() -> None:
    """Of the smallest rows that there can be."""
    from django.db import connection

    make_waiting(300)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(c) FROM (SELECT count(*) AS c FROM runs_pending"
            " GROUP BY (ctid::text::point)[0]) AS pages"
        )
        assert cursor.fetchone()[0] <= backlog.ROWS_A_PAGE
