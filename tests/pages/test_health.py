"""What machines ask."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries, Settings

from linkhub.runs.models import Pending
from linkhub.runs.pending import Unit, mark
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_it_is_alive_without_the_database(nobody: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "cursor", _refuse)

    assert nobody.get("/healthz").content == b"ok\n"


def test_it_is_ready_where_the_database_answers(nobody: Client, settings: Settings) -> None:
    settings.REDIS_URL = ""
    response = nobody.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"database": "ok", "redis": "not configured"}


def test_it_is_not_ready_without_the_database(
    nobody: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REDIS_URL = ""
    monkeypatch.setattr(connection, "cursor", _refuse)
    response = nobody.get("/readyz")

    assert response.status_code == 503
    assert response.json()["database"] == "unreachable"


def test_it_counts_what_is_pending_by_lane(nobody: Client) -> None:
    mark([Unit(make.make_project().pk)])
    metrics = nobody.get("/metrics").content.decode()

    assert 'linkhub_pending{lane="main"} 1.0' in metrics
    assert 'linkhub_pending{lane="python"} 0.0' in metrics
    assert 'linkhub_pending_oldest_seconds{lane="main"}' in metrics


def test_it_counts_all_lanes_in_one_query(
    nobody: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    mark([Unit(make.make_project().pk)])
    mark([Unit(make.make_project().pk)], lane=Pending.Lane.PYTHON)
    with django_assert_num_queries(1):
        assert 'linkhub_pending{lane="python"} 1.0' in nobody.get("/metrics").content.decode()


def _refuse() -> None:
    raise DatabaseError("down")
