"""Claims: leases on Pending rows."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from linkhub.links import claims
from linkhub.runs.models import Pending
from linkhub.runs.pending import Unit, mark
from tests import factories as make

pytestmark = pytest.mark.django_db
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
MAIN = Pending.Lane.MAIN


def units(number: int) -> list[Unit]:
    return [make.unit_of(make.make_run(f"r{one}")) for one in range(number)]


def claimed_units(limit: int = 10) -> list[Unit]:
    return sorted(one.unit for one in claims.claim(MAIN, limit))


def test_it_claims_what_is_due():
    [unit] = units(1)
    row = make.make_pending(unit)
    [claimed] = claims.claim(MAIN, 10)
    row.refresh_from_db()
    assert (claimed.unit, claimed.generation) == (unit, row.generation)
    assert (row.claim, row.attempts) == (claimed.claim, 1)
    assert row.claimed_until > timezone.now()


def test_it_claims_up_to_the_limit():
    mark(units(3))
    assert [len(claims.claim(MAIN, 2)), len(claims.claim(MAIN, 2))] == [2, 1]


def test_it_leaves_the_other_lane_alone():
    make.make_pending(units(1)[0], lane=Pending.Lane.PYTHON)
    assert claims.claim(MAIN, 10) == []


def test_it_claims_new_runs_before_backfills():
    old, new = units(2)
    make.make_pending(old, priority=Pending.Priority.BACKFILL, not_before=LONG_AGO)
    make.make_pending(new)
    assert claimed_units(1) == [new]


def test_it_does_not_claim_twice():
    mark(units(1))
    assert [len(claims.claim(MAIN, 10)), len(claims.claim(MAIN, 10))] == [1, 0]


def test_it_claims_an_expired_lease_anew_and_alone():
    first, second = units(2)
    row = make.make_pending(first, claim=7, claimed_until=LONG_AGO, attempts=1, not_before=LONG_AGO)
    make.make_pending(second)
    [claimed] = claims.claim(MAIN, 10)
    row.refresh_from_db()
    assert claimed.unit == first
    assert claimed.claim != 7
    assert row.error == claims.LOST


def test_it_claims_what_failed_before_alone():
    first, second, third = units(3)
    make.make_pending(first, attempts=2, not_before=LONG_AGO)
    mark([second, third])
    assert [claimed_units(), claimed_units()] == [[first], [second, third]]


def test_it_leaves_what_failed_out_of_a_batch():
    first, second = units(2)
    make.make_pending(first)
    make.make_pending(second, attempts=1)
    Pending.objects.filter(attempts=0).update(not_before=LONG_AGO)
    assert claimed_units() == [first]


def test_it_waits_until_a_row_is_due():
    make.make_pending(units(1)[0], not_before=timezone.now() + timedelta(hours=1))
    assert claims.claim(MAIN, 10) == []
    assert not claims.claimable(MAIN).exists()


def test_it_gives_a_failed_row_back_with_its_error_and_a_pause():
    row = make.make_pending(units(1)[0])
    [claimed] = claims.claim(MAIN, 10)
    claims.fail(claimed, "ValueError: no\x00 good")
    row.refresh_from_db()
    assert (row.claim, row.claimed_until, row.error) == (None, None, "ValueError: no good")
    assert row.not_before > timezone.now() + timedelta(seconds=1)


def test_it_forgets_an_error_about_older_facts():
    unit = units(1)[0]
    row = make.make_pending(unit)
    [claimed] = claims.claim(MAIN, 10)
    mark([unit])
    claims.fail(claimed, "ValueError: out of date")
    row.refresh_from_db()
    assert (row.claim, row.error, row.attempts) == (None, "", 0)
    assert claims.claimable(MAIN).exists()


def test_it_leaves_a_row_alone_that_another_has_claimed_since():
    row = make.make_pending(units(1)[0])
    [claimed] = claims.claim(MAIN, 10)
    Pending.objects.update(claim=claimed.claim + 1)
    claims.fail(claimed, "ValueError: late")
    row.refresh_from_db()
    assert (row.claim, row.error) == (claimed.claim + 1, "")


def test_it_lets_rest_what_failed_too_often(settings):
    make.make_pending(units(1)[0], attempts=settings.LINKHUB_MAX_ATTEMPTS, error="no good")
    assert claims.claim(MAIN, 10) == []
    assert [row.error for row in claims.resting(settings.LINKHUB_MAX_ATTEMPTS)] == ["no good"]


def test_it_claims_a_resting_row_again_after_a_new_mark(settings):
    unit = units(1)[0]
    make.make_pending(unit, attempts=settings.LINKHUB_MAX_ATTEMPTS, error="no good")
    mark([unit])
    assert claimed_units() == [unit]


def test_it_gives_a_lost_last_attempt_its_error(settings):
    limit = settings.LINKHUB_MAX_ATTEMPTS
    make.make_pending(units(1)[0], attempts=limit, claim=7, claimed_until=LONG_AGO)
    assert claims.rest_lost() == 1
    assert [row.error for row in claims.resting(settings.LINKHUB_MAX_ATTEMPTS)] == [claims.LOST]


@pytest.mark.django_db(transaction=True)
def test_it_skips_rows_that_another_worker_is_claiming():
    first, second = units(2)
    rows = [make.make_pending(first, not_before=LONG_AGO), make.make_pending(second)]
    found: list[list[Unit]] = []

    def other_worker() -> None:
        found.append(claimed_units())
        connection.close()

    with transaction.atomic():
        Pending.objects.select_for_update().get(pk=rows[0].pk)
        worker = threading.Thread(target=other_worker)
        worker.start()
        worker.join(10)
    assert found == [[second]]
