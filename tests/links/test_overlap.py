"""One piece is worked on while the next is made ready."""

from __future__ import annotations

from threading import Event, Thread, current_thread

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError, connection
from pytest_django.fixtures import Settings

from linkhub.links import work
from linkhub.links.models import Link
from linkhub.links.outcomes import Outcome
from linkhub.links.overlap import Overlap
from linkhub.runs.models import Pending
from linkhub.runs.pending import mark
from tests import factories as make

MAIN = Pending.Lane.MAIN


def test_it_returns_while_a_piece_is_worked_on() -> None:
    go_on, done = Event(), []
    with Overlap(lambda _: go_on.wait(10), lambda piece, error: done.append((piece, error))) as it:
        it.begin("first")
        assert not done
        go_on.set()
        it.begin("second")
        assert done == [("first", None)]
    assert [piece for piece, _ in done] == ["first", "second"]


def test_it_hands_over_what_went_wrong() -> None:
    done: list[BaseException | None] = []

    def fail(piece: str) -> None:
        raise ValueError(piece)

    with Overlap(fail, lambda _, error: done.append(error)) as it:
        it.begin("a piece")
        assert it.finish()
        assert not it.finish()
    assert repr(done) == "[ValueError('a piece')]"


def test_it_ends_its_thread_whatever_happens_beside_it() -> None:
    threads: list[Thread] = []

    def cut_short() -> None:
        with Overlap(lambda _: threads.append(current_thread()), lambda *_: None) as it:
            it.begin("a piece")
            raise SoftTimeLimitExceeded

    with pytest.raises(SoftTimeLimitExceeded):
        cut_short()
    assert threads
    assert not threads[0].is_alive()


@pytest.fixture
def _backlog(transactional_db: None, settings: Settings) -> None:
    """Seven units in batches of two."""
    settings.LINKHUB_RESOLVE_BATCH = 2
    make.make_definition(level="action", template="https://x.example.com/{{.actionName}}")
    run = make.make_run()
    mark([make.unit_of(make.make_action(run, f"a{one}")) for one in range(7)])


@pytest.mark.usefixtures("_backlog")
def test_it_writes_a_backlog_beside_resolving(monkeypatch: pytest.MonkeyPatch) -> None:
    threads, store = [], work.store

    def watched(outcomes: list[Outcome], **how: int) -> int:
        threads.append(current_thread().name)
        return store(outcomes, **how)

    monkeypatch.setattr(work, "store", watched)
    assert work.drain(MAIN, seconds=10)
    assert Link.objects.filter(state="ready").count() == 7
    assert not Pending.objects.exists()
    assert len(threads) == 4
    assert threads.count(current_thread().name) == 1


@pytest.mark.usefixtures("_backlog")
def test_it_blames_the_row_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    store = work.store
    poisonous = make.Action.objects.get(name="a3").pk

    def fail_with_a3(outcomes: list[Outcome], **how: int) -> int:
        if any(one.claimed.unit.action_id == poisonous for one in outcomes):
            raise ZeroDivisionError("a3 is poison")
        return store(outcomes, **how)

    monkeypatch.setattr(work, "store", fail_with_a3)
    assert work.drain(MAIN, seconds=10)
    assert Link.objects.filter(state="ready").count() == 6
    assert Pending.objects.get().error == "ZeroDivisionError: a3 is poison"


@pytest.mark.usefixtures("_backlog")
def test_it_writes_again_what_a_lost_connection_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    store, lost = work.store, []

    def lose_one(outcomes: list[Outcome], **how: int) -> int:
        if current_thread().name.startswith("ThreadPool") and not lost:
            lost.append(True)
            connection.close()
            raise OperationalError("server closed the connection")
        return store(outcomes, **how)

    monkeypatch.setattr(work, "store", lose_one)
    assert work.drain(MAIN, seconds=10)
    assert lost
    assert Link.objects.filter(state="ready").count() == 7
    assert not Pending.objects.exists()
