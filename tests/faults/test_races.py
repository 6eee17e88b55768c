"""Two at the same row: each race is forced, by holding one of them before a statement."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import timezone

from linkhub.links import sql, work
from linkhub.links.backfill import advance_all, start_backfill
from linkhub.links.models import Link, LinkDefinition, Resolved
from linkhub.links.read import links_of_action
from linkhub.runs.changes import next_change
from linkhub.runs.documents import RunDocument
from linkhub.runs.models import Action, Pending, Run
from linkhub.runs.record import record_run
from tests import factories as make
from tests.faults.breakpoints import aside, held_before, wait_until_one_waits

pytestmark = pytest.mark.django_db(transaction=True)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
POD = "https://x.example.com/{{.podName}}"
BEFORE_WRITING = sql.LOCK_RUNS


@pytest.fixture(autouse=True)
def _no_broker(settings) -> None:
    settings.REDIS_URL = ""


@pytest.fixture(autouse=True)
def stored(monkeypatch) -> list[int]:
    """How many units each batch stored."""
    found: list[int] = []

    def store(*args: Any, **kwargs: Any) -> int:
        found.append(store_for_real(*args, **kwargs))
        return found[-1]

    store_for_real = work.store
    monkeypatch.setattr(work, "store", store)
    return found


def record(*actions: dict[str, Any], **document: Any) -> Run:
    document = {"actions": list(actions), **document}
    return record_run(
        project=make.make_project(),
        domain="development",
        name="r7",
        document=RunDocument.model_validate(document, strict=False),
    )[0]


def record_pod(name: str) -> Run:
    return record({"name": "a0", "attempts": [{"number": 1, "pods": [{"name": name}]}]})


def drain() -> bool:
    return work.drain(Pending.Lane.MAIN, seconds=20)


def links() -> dict[str, tuple[str, str]]:
    """State and URL by action and key."""
    rows = Link.objects.values_list("action__name", "key", "state", "url")
    return {f"{action} {key}": (state, url) for action, key, state, url in rows}


def test_it_resolves_again_what_was_recorded_during_a_resolve(stored):
    make.make_definition("pod", template=POD)
    record({"name": "a0"})
    with held_before(BEFORE_WRITING, drain):
        record_pod("late")
    assert stored == [2, 2]
    assert links() == {"a0 pod": ("ready", "https://x.example.com/late")}
    assert not Pending.objects.exists()


def test_it_lets_nobody_wait_for_a_slow_resolve():
    make.make_definition("pod", template=POD)
    record({"name": "a0"})
    with aside() as start, held_before(BEFORE_WRITING, drain):
        assert start(lambda: record_pod("late")).result(20)


def test_it_drops_what_an_expired_lease_wakes_up_with(stored):
    make.make_definition("pod", template=POD)
    record({"name": "a0"})
    with held_before(BEFORE_WRITING, drain):
        Pending.objects.update(claimed_until=LONG_AGO)
        record_pod("late")
        drain()
        moments = list(Link.objects.values_list("resolved_at"))
    assert stored[-1] == 0
    assert links() == {"a0 pod": ("ready", "https://x.example.com/late")}
    assert list(Link.objects.values_list("resolved_at")) == moments
    assert not Pending.objects.exists()


def test_it_drops_what_wakes_up_while_another_has_the_claim(stored):
    make.make_definition("pod", template=POD)
    record({"name": "a0"})
    with ExitStack() as second:
        with held_before(BEFORE_WRITING, drain):
            Pending.objects.update(claimed_until=LONG_AGO)
            record_pod("late")
            second.enter_context(held_before(BEFORE_WRITING, drain))
        assert stored == [0]
    assert stored == [0, 2]
    assert links() == {"a0 pod": ("ready", "https://x.example.com/late")}


def test_it_drops_the_outcome_for_a_row_that_was_deleted_and_made_again(stored):
    make.make_definition("pod", template=POD)
    record({"name": "a0"})
    with held_before(BEFORE_WRITING, drain):
        Pending.objects.update(claimed_until=LONG_AGO)
        drain()
        assert not Pending.objects.exists()
        record_pod("late")
    assert stored[-2:] == [0, 2]
    assert links() == {"a0 pod": ("ready", "https://x.example.com/late")}
    assert not Pending.objects.exists()


@pytest.mark.parametrize(
    "statement",
    ['FROM "links_linkdefinition"', 'FROM "accounts_project"'],
    ids=["before-the-definitions", "before-the-facts"],
)
def test_it_resolves_again_what_was_edited_after_the_counter_was_read(statement):
    definition = make.make_definition("pod", template="https://old.example.com")
    record_pod("p")
    with held_before(statement, drain):
        change = next_change()
        LinkDefinition.objects.filter(pk=definition.pk).update(template=POD, change=change)
        start_backfill(change=change, project=None, reason="edited")
    assert changes() == {change - 1}
    [shown] = links_of_action(Action.objects.get(), now=timezone.now())
    assert shown.url == "https://x.example.com/p"
    while advance_all():
        drain()
    assert links() == {"a0 pod": ("ready", "https://x.example.com/p")}
    assert changes() == {change}


def changes() -> set[int]:
    """The values of the counter that the run's units were resolved at."""
    return set(Resolved.objects.exclude(run=None).values_list("change", flat=True))


def parent() -> Run:
    return record({"name": "a0", "context": {"id": "new"}})


def child() -> Run:
    return record({"name": "b", "parent": "a0"})


@pytest.mark.parametrize(("first", "second"), [(parent, child), (child, parent)])
def test_it_gives_a_child_its_parents_context_whoever_comes_first(first, second):
    make.make_definition("context", template="https://x.example.com/{{.context.id}}")
    record({"name": "a0", "context": {"id": "old"}})
    drain()
    with aside() as start, held_before("INSERT INTO runs_pending", first):
        start(second)
        wait_until_one_waits()
    drain()
    ready = ("ready", "https://x.example.com/new")
    assert links() == {"a0 context": ready, "b context": ready}


def test_it_makes_a_run_again_that_is_deleted_before_it_is_locked():
    before = record({"name": "a0", "phase": "failed"})
    with held_before("FOR NO KEY UPDATE", lambda: record({"name": "b"})):
        Run.objects.all().delete()
    after = Run.objects.get()
    assert after.pk != before.pk
    assert [action.name for action in after.actions.all()] == ["b"]
    assert set(Pending.objects.values_list("run", "action__name")) == {
        (after.pk, None),
        (after.pk, "b"),
    }


def test_it_drops_the_outcome_for_a_run_that_is_deleted_during_a_resolve(stored):
    make.make_definition("board", level="run")
    record({"name": "a0"})
    with held_before(BEFORE_WRITING, drain):
        Run.objects.all().delete()
    assert stored == [0]
    assert links() == {}
