"""How far a backfill is never goes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from linkhub.links.backfill import start_backfill
from linkhub.links.models import Backfill
from linkhub.links.progress import Progress, progress_of
from linkhub.runs.changes import next_change
from linkhub.runs.models import Pending
from linkhub.runs.pending import Unit, mark
from tests import factories as make

pytestmark = pytest.mark.django_db
LOW = Pending.Priority.BACKFILL


def started(project: str, marked: int = 0) -> Backfill:
    owner = make.make_project(project)
    row = start_backfill(change=next_change(), project=owner, reason="edited")
    row.marked = marked
    row.save(update_fields=["marked"])
    return row


def progress(backfill: Backfill) -> Progress:
    return progress_of([backfill], now=datetime.now(UTC) + timedelta(seconds=10))[0]


def test_what_is_marked_is_not_done_until_it_is_resolved():
    backfill = started("p", marked=4)
    mark([Unit(backfill.project_id)], priority=LOW)
    assert (progress(backfill).done, progress(backfill).total) == (3, 4)


def test_it_leaves_out_what_waits_for_other_projects():
    backfill = started("p", marked=4)
    mark([make.unit_of(make.make_project("other"))], priority=LOW)
    assert progress(backfill).done == 4


def test_one_of_all_projects_counts_what_waits_for_any():
    backfill = started("p", marked=4)
    Backfill.objects.update(project=None)
    mark([make.unit_of(make.make_project(name)) for name in ("p", "other")], priority=LOW)
    assert progress(backfill).done == 2


def test_it_counts_what_was_marked_after_it_was_read():
    backfill = started("p")
    Backfill.objects.update(marked=9)
    mark([Unit(backfill.project_id)], priority=LOW)
    assert (progress(backfill).done, progress(backfill).total) == (8, 9)


def test_it_tells_a_rate_and_an_end_while_it_runs():
    backfill = started("p", marked=5)
    Backfill.objects.update(total=10, marked=5)
    backfill.refresh_from_db()
    found = progress(backfill)
    assert found.rate is not None
    assert found.ends_at is not None
    assert found.percent == 50
