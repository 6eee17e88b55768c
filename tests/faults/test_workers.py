"""Nudges, the sweeper, and what cannot be resolved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection

from linkhub.links import claims
from linkhub.links.models import Link
from linkhub.runs import nudges
from linkhub.runs.documents import RunDocument
from linkhub.runs.models import Pending, Run
from linkhub.runs.nudges import client, nudge_arrived
from linkhub.runs.record import record_run
from tests import factories as make
from tests.workers import database_url, wait_until, worker

pytestmark = pytest.mark.django_db(transaction=True)
TELL = """
    CREATE OR REPLACE FUNCTION tell_faults() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN NOTIFY pending_changed; RETURN NULL; END $$;
    CREATE OR REPLACE TRIGGER tell_faults AFTER UPDATE OR DELETE ON runs_pending
        FOR EACH STATEMENT EXECUTE FUNCTION tell_faults();
"""


@contextmanager
def hearing() -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A connection that hears of every Pending row that is claimed, given back or done."""
    with connection.cursor() as cursor:
        cursor.execute(TELL)
    with psycopg.connect(database_url(), autocommit=True) as listener:
        listener.execute("LISTEN pending_changed")
        yield listener
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER tell_faults ON runs_pending")


def record(name: str, **document: object) -> Run:
    return record_run(
        project=make.make_project(),
        domain="development",
        name=name,
        document=RunDocument.model_validate(document, strict=False),
    )[0]


def messages() -> int:
    return client().llen(nudges.QUEUES[Pending.Lane.MAIN])


def test_it_sends_one_nudge_for_many_writes(broker, monkeypatch):
    monkeypatch.setattr(nudges, "COALESCE_MILLISECONDS", 60_000)
    for number in range(20):
        record(f"r{number}")
    assert messages() == 1


def test_it_sends_another_nudge_once_a_worker_has_begun(broker, monkeypatch):
    monkeypatch.setattr(nudges, "COALESCE_MILLISECONDS", 60_000)
    record("r1")
    nudge_arrived(Pending.Lane.MAIN)
    record("r2")
    assert messages() == 2


def test_it_forgets_a_nudge_whose_worker_never_began(broker):
    record("r1")
    [key] = client().keys("linkhub:nudge:*")
    assert 0 < client().pttl(key) <= nudges.COALESCE_MILLISECONDS


def test_a_nudge_of_a_clock_that_was_set_back_is_forgotten(broker):
    record("r1")
    [key] = client().keys("linkhub:nudge:*")
    nudges.forget_stuck(Pending.Lane.MAIN)
    assert client().exists(key)
    client().pexpire(key, 3_600_000)
    nudges.forget_stuck(Pending.Lane.MAIN)
    assert not client().exists(key)


def test_it_sends_no_nudge_for_what_changes_nothing(broker):
    record("r1", version="v1")
    client().flushall()
    record("r1", version="v1")
    assert messages() == 0


def test_it_records_without_a_broker(broker, settings):
    settings.REDIS_URL = "unix:///nowhere.sock"
    client.cache_clear()
    record("r1")
    assert Pending.objects.exists()


def test_it_records_whatever_a_nudge_fails_with(broker, monkeypatch, caplog):
    def fail(lane: Pending.Lane) -> None:
        raise RuntimeError("no nudges today")

    monkeypatch.setattr(nudges, "nudge", fail)
    record("r1")
    assert "no nudges today" in caplog.text
    assert Pending.objects.exists()


@pytest.mark.slow
def test_it_lets_rest_what_cannot_be_resolved_and_resolves_the_rest(broker):
    make.make_definition("board", level="run", template="https://x.example.com/{{.labels.team}}")
    runs = [record(f"r{number}", labels={"team": "vision"}) for number in range(3)]
    Run.objects.filter(pk=runs[1].pk).update(labels=5)
    limit = {"LINKHUB_MAX_ATTEMPTS": "2", "REDIS_URL": broker}
    with hearing() as listener, worker("resolve", **limit):
        rests = Pending.objects.filter(attempts=2, claim=None)
        wait_until(listener, rests.exists)
        # A broker that is emptied under a worker that is doing nothing.
        client().flushall()
        record("r3", labels={"team": "audio"})
        wait_until(listener, lambda: Link.objects.count() == 3)
    assert set(Link.objects.values_list("run__name", flat=True)) == {"r0", "r2", "r3"}
    assert_rests_with_error(rests.get())
    record("r1", version="v2")
    assert claims.claimable(Pending.Lane.MAIN).exists()


def assert_rests_with_error(row: Pending) -> None:
    assert row.run is not None
    assert row.run.name == "r1"
    assert "Error" in row.error
    assert row.not_before > row.queued_at
