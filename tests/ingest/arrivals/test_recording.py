"""What arrived is recorded once, whatever fails, and rows that cannot be do not stay for ever."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from linkhub.accounts.models import Project
from linkhub.ingest import tasks
from linkhub.ingest.arrivals import accepting, backlog, recording
from linkhub.ingest.models import Arrival
from linkhub.ingest.openlineage.events import RunEvent
from linkhub.runs.models import Run
from tests.factories import make_project, make_token
from tests.ingest.openlineage.events import event

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(db: None) -> Project:
    return make_project("lab")


def accept(*arrivals: Arrival) -> None:
    Arrival.objects.bulk_create(arrivals)
    accepting.record_soon()


def arrival(project: Project, run: str, body: str | None = None) -> Arrival:
    heard = RunEvent.model_validate(event("START", 1, "clicks", run))
    body = body or heard.model_dump_json(exclude_defaults=True)
    return Arrival(kind=Arrival.Kind.OPENLINEAGE, project=project, domain="default", body=body)


def test_few_are_recorded_at_once(project: Project) -> None:
    accept(arrival(project, "a"), arrival(project, "b"))
    assert (Run.objects.count(), Arrival.objects.count()) == (2, 0)


def test_many_are_left_to_a_worker(project: Project) -> None:
    accept(*(arrival(project, str(n)) for n in range(accepting.FEW + 1)))
    assert (Run.objects.count(), Arrival.objects.count()) == (0, accepting.FEW + 1)
    tasks.record_arrivals()
    assert (Run.objects.count(), Arrival.objects.count()) == (accepting.FEW + 1, 0)


def test_at_busy_times_a_worker_records_all(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accepting, "allowance", accepting.Allowance(burst=1, each_second=0))
    accept(arrival(project, "a"))
    accept(arrival(project, "b"))
    assert (Run.objects.count(), Arrival.objects.count()) == (1, 1)


def test_what_cannot_be_recorded_now_stays(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> int:
        raise OperationalError("deadlock detected")

    with monkeypatch.context() as patched:
        patched.setattr(accepting, "record_due", away)
        accept(arrival(project, "a"))
    assert Arrival.objects.count() == 1
    assert recording.is_anything_due()
    tasks.record_arrivals()
    assert Run.objects.count() == 1


def test_a_bad_one_stops_no_other_and_rests_with_its_error(project: Project) -> None:
    Arrival.objects.bulk_create(
        [arrival(project, "a"), arrival(project, "b", "{}"), arrival(project, "c")]
    )
    for _ in range(recording.MAX_FAILURES):
        Arrival.objects.filter(due_at__isnull=False).update(due_at=timezone.now())
        assert recording.record_all(seconds=5)
    assert Run.objects.count() == 2
    row = Arrival.objects.get()
    assert (row.failures, row.due_at) == (recording.MAX_FAILURES, None)
    assert "ValidationError" in row.error


def test_one_that_takes_too_long_stops_no_other(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = recording._record

    def slow(rows: Any) -> None:
        if any(row.domain == "slow" for row in rows):
            raise OperationalError("canceling statement due to statement timeout")
        record(rows)

    bad = arrival(project, "a")
    bad.domain = "slow"
    Arrival.objects.bulk_create([bad, arrival(project, "b")])
    monkeypatch.setattr(recording, "_record", slow)
    assert recording.record_all(seconds=5)
    assert (Run.objects.count(), Arrival.objects.get().failures) == (1, 1)


def test_what_rests_is_forgotten_after_a_week(project: Project) -> None:
    Arrival.objects.bulk_create([arrival(project, "a"), arrival(project, "b")])
    Arrival.objects.update(received_at=timezone.now() - timedelta(days=8))
    Arrival.objects.filter(pk=Arrival.objects.first().pk).update(due_at=None)  # type: ignore[union-attr]
    tasks.forget_arrivals()
    assert Arrival.objects.count() == 1


def test_a_round_ends_in_time_and_says_that_there_is_more(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "CHUNK", 1)
    Arrival.objects.bulk_create([arrival(project, "a"), arrival(project, "b")])
    assert not recording.record_all(seconds=0)
    assert Run.objects.count() == 1


def test_senders_wait_where_too_many_events_do(
    project: Project, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.LINKHUB_MAX_PENDING = 2
    monkeypatch.setattr(backlog._Seen, "next", 0.0)
    Arrival.objects.bulk_create([arrival(project, "a"), arrival(project, "b")])
    client = Client(headers={"Authorization": f"Bearer {make_token('ingest')[1]}"})
    body = event("START", 1, "clicks", "c")
    answer = client.post("/api/v1/lineage", body, "application/json")
    assert (answer.status_code, answer["Retry-After"]) == (429, "10")
    tasks.record_arrivals()
    monkeypatch.setattr(backlog._Seen, "next", 0.0)
    assert backlog.seconds_to_wait() == 0
