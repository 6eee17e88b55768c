"""What machines ask; /metrics is in tests/ops/test_metrics.py."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, OperationalError, connection
from django.test import Client
from pytest_django.fixtures import Settings

from linkhub.pages import health
from linkhub.runs.models import Pending
from linkhub.runs.pending import Unit, mark
from linkhub.seeing import condition
from linkhub.seeing.models import Look, Process
from tests import factories as make
from tests.ops.living import make_all_live, make_worker

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_is_remembered(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.REDIS_URL = ""
    monkeypatch.setattr(health, "_recent", health.Recent())


def readyz(client: Client) -> dict[str, object]:
    response = client.get("/readyz")
    assert response.status_code == 200
    return dict(response.json())


def test_it_is_alive_without_the_database(nobody: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "cursor", _refuse)

    assert nobody.get("/healthz").content == b"ok\n"


def test_it_is_ready_where_all_is_well(nobody: Client) -> None:
    make_all_live()

    assert readyz(nobody) == {
        "database": "ok",
        "redis": "not configured",
        "migrations": "ok",
        "workers": "ok",
        "beat": "ok",
        "queue": "ok",
        "degraded": [],
    }


def test_it_is_not_ready_without_the_database(
    nobody: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "cursor", _refuse)
    response = nobody.get("/readyz")

    assert response.status_code == 503
    assert response.json()["database"] == "unreachable"


def test_it_is_not_ready_before_its_migrations(
    nobody: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(condition, "has_pending_migrations", lambda: True)
    response = nobody.get("/readyz")

    assert response.status_code == 503
    assert response.json()["migrations"] == "pending"


def test_it_reads_on_without_redis(nobody: Client, settings: Settings) -> None:
    make_all_live()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    condition.client.cache_clear()
    found = readyz(nobody)
    condition.client.cache_clear()

    assert found["redis"] == "unreachable"
    assert found["degraded"] == ["Redis does not answer: links of new runs come later."]


def test_it_names_the_queues_that_no_worker_takes_from(nobody: Client) -> None:
    make_worker("resolve")
    make_worker("sources", "backlinks", name="gone@a")
    Process.objects.filter(name="gone@a").update(seen_at=make.CREATED)

    assert readyz(nobody)["workers"] == "none for python_links, sources, backlinks"


def test_it_hears_beat_by_what_beat_has_done(nobody: Client) -> None:
    make_all_live()
    Look.objects.all().delete()
    assert readyz(nobody)["beat"] == "ok"  # it has just begun
    health._recent = health.Recent()
    Process.objects.update(started_at=make.CREATED)

    assert readyz(nobody)["beat"] == "silent"


def test_it_says_how_late_new_runs_are_and_backfills_may_be(nobody: Client) -> None:
    make_all_live()
    project = make.make_project()
    mark([Unit(project.pk)], priority=Pending.Priority.BACKFILL)
    Pending.objects.update(not_before=make.CREATED)
    assert readyz(nobody)["queue"] == "ok"
    health._recent = health.Recent()
    Pending.objects.update(priority=Pending.Priority.NORMAL)

    assert str(readyz(nobody)["queue"]).endswith("s behind")


def test_whoever_asks_without_end_asks_the_database_seldom(nobody: Client) -> None:
    make_all_live()
    before = readyz(nobody)
    Process.objects.all().delete()

    assert readyz(nobody) == before


@pytest.mark.parametrize("error", [OperationalError("gone"), RuntimeError("a mistake")])
def test_a_page_says_whether_the_database_is_at_fault(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("linkhub.pages.health.look", fail)
    response = Client(raise_request_exception=False).get("/readyz")

    assert response.status_code == (503 if isinstance(error, OperationalError) else 500)
    assert (response.get("Retry-After") == "5") == (response.status_code == 503)


def _refuse() -> None:
    raise DatabaseError("down")
