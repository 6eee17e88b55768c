"""The tasks: a nudge starts a round, the sweeper and the backfills nudge."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.utils import timezone

from linkhub.links import tasks
from linkhub.links.backfill import start_backfill
from linkhub.links.models import Link, Resolved
from linkhub.runs import nudges
from linkhub.runs.changes import next_change
from linkhub.runs.models import Pending
from linkhub.runs.pending import Unit, mark
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nudged(monkeypatch) -> list[str]:
    """The lanes that were nudged."""
    found: list[str] = []
    monkeypatch.setattr(tasks, "nudge", lambda lane: found.append(lane.value))
    monkeypatch.setattr(tasks, "nudge_arrived", lambda lane: found.append(f"{lane.value} arrived"))
    return found


def test_it_resolves_what_is_due(nudged):
    make.make_definition()
    mark([make.unit_of(make.make_action())])
    tasks.resolve_pending(lane="main")
    assert Link.objects.count() == 1
    assert nudged == ["main arrived"]


def test_it_nudges_again_when_its_time_is_over(nudged, monkeypatch):
    monkeypatch.setattr(tasks, "ROUND_SECONDS", 0)
    tasks.resolve_pending(lane="main")
    assert nudged == ["main arrived", "main"]


def test_it_nudges_the_lanes_where_something_is_due(nudged):
    action = make.make_action()
    make.make_resolved(Unit(action.run.project_id))
    mark([make.unit_of(action)], lane=Pending.Lane.PYTHON)
    tasks.sweep_pending()
    assert nudged == ["python"]


def test_it_does_not_nudge_for_what_waits_or_rests(nudged):
    run = make.make_run()
    make.make_resolved(Unit(run.project_id))
    later = timezone.now() + timedelta(minutes=1)
    make.make_pending(make.unit_of(run), not_before=later)
    resting = make.make_pending(make.unit_of(make.make_action(run)))
    Pending.objects.filter(pk=resting.pk).update(attempts=configured.LINKHUB_MAX_ATTEMPTS)
    tasks.sweep_pending()
    assert nudged == []


def test_it_marks_new_projects(nudged):
    project = make.make_project()
    tasks.sweep_pending()
    tasks.sweep_pending()
    assert [row.project for row in Pending.objects.filter(run=None)] == [project]
    assert nudged == ["main", "main"]


def test_it_nudges_for_what_a_backfill_marked(nudged):
    make.make_run()
    start_backfill(change=next_change(), project=None, reason="edited")
    tasks.advance_backfills()
    assert nudged == ["main"]


def test_a_full_batch_has_another_worker_help(nudged, settings):
    settings.LINKHUB_RESOLVE_BATCH = 1
    mark([make.unit_of(make.make_run())])
    tasks.resolve_pending(lane="main")
    assert nudged == ["main arrived", "main"]


def test_a_worker_keeps_what_a_backfill_marks_coming(settings):
    settings.LINKHUB_RESOLVE_BATCH = settings.LINKHUB_BACKFILL_PENDING = 1
    for number in range(5):
        make.make_run(f"r{number}")
    start_backfill(change=next_change(wide=True), project=None, reason="edited")
    tasks.advance_backfills()
    tasks.resolve_pending(lane="main")
    assert Resolved.objects.exclude(run=None).count() == 5


def test_an_edit_is_followed_at_once(monkeypatch, django_capture_on_commit_callbacks, settings):
    settings.REDIS_URL = "unix:///nowhere"
    sent: list[str] = []
    monkeypatch.setattr(nudges, "_send", lambda task, queue, **_: sent.append(task))
    with django_capture_on_commit_callbacks(execute=True):
        start_backfill(change=next_change(), project=None, reason="edited")
    assert sent == [tasks.advance_backfills.name]


def test_its_names_are_in_the_schedule():
    scheduled = {entry["task"] for entry in configured.CELERY_BEAT_SCHEDULE.values()}
    own = (tasks.sweep_pending, tasks.advance_backfills, tasks.recompute_marked_days)
    assert scheduled >= {task.name for task in own}
