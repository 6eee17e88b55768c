"""A clock that is set back puts nothing off."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from celery import Celery
from django.db.models import F
from django.db.models.functions import Now

from linkhub.ingest import clock as ingest_clock
from linkhub.ingest.models import Arrival, FollowedRun, Source
from linkhub.ingest.sources.leases import due
from linkhub.lib.db_clock import Clock
from linkhub.links import claims
from linkhub.links.clock import clock, follow_clock
from linkhub.links.models import Backlink, Target
from linkhub.links.python_lane import LEASE_SECONDS
from linkhub.links.work import drain
from linkhub.runs.models import Pending, WorkflowDay
from linkhub.seeing.workers import Scheduler
from tests import factories as make
from tests.faults.test_races import record

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def unknown() -> None:
    clock._ahead = ingest_clock.clock._ahead = None


def set_back() -> None:
    """What is stored was written by a clock that is an hour ahead of what it says now."""
    Pending.objects.update(
        queued_at=F("queued_at") + HOUR,
        not_before=F("not_before") + HOUR,
        claimed_until=F("claimed_until") + HOUR,
    )


def claimed() -> list[claims.Claimed]:
    return claims.claim(Pending.Lane.MAIN, 10)


@pytest.mark.django_db
def test_what_was_queued_before_is_due():
    record({"name": "a0"})
    set_back()
    assert not claimed()
    follow_clock()
    assert len(claimed()) == 2


@pytest.mark.django_db
def test_what_was_claimed_before_is_claimed_again():
    record({"name": "a0"})
    assert len(claimed()) == 2
    set_back()
    follow_clock()
    assert drain(Pending.Lane.MAIN, seconds=20)
    assert not Pending.objects.exists()


@pytest.mark.django_db
def test_leases_and_pauses_that_hold_go_on():
    record({"name": "a0"})
    claims.claim(Pending.Lane.MAIN, 1, LEASE_SECONDS)
    pause = timedelta(seconds=claims.MAX_BACKOFF_SECONDS)
    Pending.objects.filter(claim=None).update(not_before=Now() + pause)
    before = list(Pending.objects.order_by("pk").values())
    follow_clock()
    assert list(Pending.objects.order_by("pk").values()) == before


@pytest.mark.django_db
def test_days_that_wait_for_later_are_due():
    workflow = make.make_workflow()
    WorkflowDay.objects.create(workflow=workflow, day="2026-01-05", due_at=make.CREATED)
    WorkflowDay.objects.update(due_at=Now() + 2 * HOUR)
    follow_clock()
    assert WorkflowDay.objects.filter(due_at__lte=Now()).exists()


@pytest.mark.django_db
def test_checks_and_backlinks_that_wait_for_later_are_due():
    tool = make.make_tool()
    digest, url = b"d" * 32, "https://x.example.com/"
    Target.objects.create(digest=digest, url=url, tool=tool, due_at=ahead(30), seen_at=ahead(1))
    new = Backlink.objects.create(link_id=1, url=url, not_before=ahead(1))
    paused = Backlink.objects.create(link_id=2, url=url, not_before=ahead(5), attempts=9)
    follow_clock()
    assert Target.objects.filter(due_at__lte=Now(), seen_at__lte=Now()).exists()
    assert Backlink.objects.filter(not_before__lte=Now()).get() == new
    assert Backlink.objects.filter(not_before__gt=Now()).get() == paused


@pytest.mark.django_db
def test_sources_their_runs_and_arrivals_that_wait_for_later_are_due():
    asked = Source.objects.create(name="asked", kind="flyte2", failures=1, next_poll_at=ahead(0.5))
    source = Source.objects.create(
        name="late", kind="flyte2", next_poll_at=ahead(1), claimed_until=ahead(1)
    )
    FollowedRun.objects.create(source=source, name="r7", created_at=ahead(1), due_at=ahead(1))
    Arrival.objects.create(project=make.make_project(), kind="openlineage", due_at=ahead(0.01))
    ingest_clock.follow_clock()
    assert list(due()) == [source]
    assert Source.objects.get(next_poll_at__gt=Now()) == asked
    assert FollowedRun.objects.filter(due_at__lte=Now()).exists()
    assert Arrival.objects.filter(due_at__lte=Now()).exists()


def ahead(hours: float) -> Now:
    return Now() + hours * HOUR


@pytest.mark.django_db
def test_it_looks_at_rows_only_after_a_step(monkeypatch, django_assert_num_queries):
    follow_clock()
    with django_assert_num_queries(1):
        follow_clock()


@pytest.mark.django_db
@pytest.mark.parametrize(("ahead", "expected"), [(-HOUR, False), (HOUR, True)])
def test_only_a_step_back_counts(ahead, expected):
    one = Clock()
    assert one.is_set_back()
    assert one._ahead is not None
    one._ahead += ahead.total_seconds()
    assert one.is_set_back() is expected


def test_beat_goes_on(tmp_path: Path):
    app = Celery(broker="memory://", set_as_current=False)
    app.conf.beat_schedule = {"sweep": {"task": "sweep", "schedule": 2.0}}
    scheduler = Scheduler(app=app, schedule_filename=str(tmp_path / "beat"), lazy=False)
    sent: list[datetime] = []
    scheduler.apply_entry = lambda entry, producer=None: sent.append(entry.last_run_at)  # type: ignore[method-assign]
    entry = scheduler.schedule["sweep"]
    entry.last_run_at = app.now() + HOUR
    assert scheduler.tick() <= 2.0
    assert entry.last_run_at <= app.now()
    entry.last_run_at = app.now() - HOUR
    scheduler._heap = None
    scheduler.tick()
    assert len(sent) == 1
    scheduler.close()
