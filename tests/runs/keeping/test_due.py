"""Which runs are past their time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from linkhub.runs.keeping.due import limits
from linkhub.runs.models import Run
from tests import factories as make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def made(name: str, *, created: int, ended: int | None = None, phase: str = "succeeded") -> Run:
    """A run that was created, and ended, so many days ago."""
    at = None if ended is None else NOW - timedelta(days=ended)
    return make.make_run(name, created_at=NOW - timedelta(days=created), ended_at=at, phase=phase)


def due() -> list[str]:
    return [run.name for limit in limits() for run in limit.due(NOW)]


def test_it_keeps_everything_where_nothing_is_said():
    made("old", created=9999, ended=9999)
    assert due() == []


def test_age_counts_from_the_end(settings):
    settings.LINKHUB_KEEP_DAYS = 90
    made("long", created=200, ended=89)
    made("old", created=200, ended=91)
    made("new", created=89, ended=89)
    assert due() == ["old"]


def test_a_run_that_goes_on_is_kept_twice_as_long(settings):
    settings.LINKHUB_KEEP_DAYS = 90
    made("going", created=179, phase="running")
    made("forgotten", created=181, phase="running")
    made("without-an-end", created=91, phase="failed")
    assert due() == ["forgotten", "without-an-end"]


def test_a_project_may_say_otherwise(settings):
    settings.LINKHUB_KEEP_DAYS = 90
    for name, days in (("a", None), ("b", 0), ("c", 30)):
        make.make_project(name, keep_days=days)
    assert [(limit.project.name, limit.days) for limit in limits()] == [("a", 90), ("c", 30)]
    assert [limit.project.name for limit in limits("c")] == ["c"]
