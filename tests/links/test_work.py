"""A worker's round: one bad row stops nobody else."""

from __future__ import annotations

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError, connection

from linkhub.links import work
from linkhub.links.claims import Claimed, claim
from linkhub.links.models import Link
from linkhub.runs.models import Pending
from linkhub.runs.pending import Unit, mark
from tests import factories as make

pytestmark = pytest.mark.django_db
MAIN = Pending.Lane.MAIN


def marked(number: int) -> list[Unit]:
    run = make.make_run()
    found = [make.unit_of(make.make_action(run, f"a{one}")) for one in range(number)]
    mark(found)
    return found


@pytest.fixture
def _poisonous(monkeypatch):
    """Whatever is resolved together with action a1 fails."""
    resolve = work.resolve

    def fail_with_a1(claimed: list[Claimed]) -> None:
        poisonous = make.Action.objects.get(name="a1")
        if any(one.unit.action_id == poisonous.pk for one in claimed):
            raise ZeroDivisionError("a1 is poison")
        resolve(claimed)

    monkeypatch.setattr(work, "resolve", fail_with_a1)


def test_it_resolves_all_that_is_due():
    make.make_definition()
    marked(3)
    assert work.drain(MAIN, seconds=10)
    assert Link.objects.count() == 3
    assert not Pending.objects.exists()


def test_it_stops_when_its_time_is_over():
    marked(1)
    assert not work.drain(MAIN, seconds=0)
    assert Pending.objects.get().claim is None


@pytest.mark.usefixtures("_poisonous")
def test_it_resolves_the_others_of_a_batch_that_fails():
    make.make_definition()
    marked(3)
    work.drain(MAIN, seconds=10)
    assert set(Link.objects.values_list("action__name", flat=True)) == {"a0", "a2"}


@pytest.mark.usefixtures("_poisonous")
def test_it_leaves_the_error_on_the_row_that_failed():
    marked(3)
    work.drain(MAIN, seconds=10)
    row = Pending.objects.get()
    assert (row.action.name, row.error) == ("a1", "ZeroDivisionError: a1 is poison")
    assert (row.claim, row.attempts) == (None, 1)


def broken_by(error: Exception):
    def fail(claimed: list[Claimed]) -> None:
        raise error

    return fail


def test_it_blames_no_row_for_a_lost_connection(monkeypatch):
    marked(1)
    monkeypatch.setattr(connection, "is_usable", lambda: False)
    with pytest.raises(OperationalError):
        work.work_off(claim(MAIN, 1), broken_by(OperationalError("server closed the connection")))
    assert Pending.objects.get().error == ""


def test_it_ends_at_the_soft_time_limit():
    marked(1)
    with pytest.raises(SoftTimeLimitExceeded):
        work.work_off(claim(MAIN, 1), broken_by(SoftTimeLimitExceeded()))
    assert Pending.objects.get().claim is not None
