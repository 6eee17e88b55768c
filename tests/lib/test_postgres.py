"""Times come as Django's own backend gives them: in UTC, from any statement."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection, connections
from psycopg.postgres import types
from psycopg.pq import Format

from linkhub.lib.postgres.base import DatabaseWrapper
from linkhub.runs.models import Run
from tests import factories as make

pytestmark = pytest.mark.django_db
WHEN = datetime(2026, 1, 5, 10, 0, 0, 123456, tzinfo=UTC)


def test_it_is_the_backend_in_use() -> None:
    assert isinstance(connections["default"], DatabaseWrapper)


def test_it_reads_times_in_utc() -> None:
    make.make_run(created_at=WHEN)

    found = Run.objects.get().created_at
    assert found == WHEN
    assert found.tzinfo is UTC


def test_it_reads_them_in_utc_piece_by_piece() -> None:
    make.make_run(created_at=WHEN)

    [found] = Run.objects.values_list("created_at", flat=True).iterator()
    assert (found, found.tzinfo) == (WHEN, UTC)


def test_it_reads_them_without_python() -> None:
    with connection.cursor():
        loader = connection.connection.adapters.get_loader(types["timestamptz"].oid, Format.TEXT)
    assert loader.__module__.startswith(("psycopg_binary", "psycopg_c"))
