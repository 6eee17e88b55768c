"""A backfill marks what its change reaches, and moves on the rest as it is."""

from __future__ import annotations

import pytest

from linkhub.links import work
from linkhub.links.backfill import advance, start_backfill
from linkhub.links.claims import claim
from linkhub.links.models import Backfill, LinkDefinition, Resolved
from linkhub.links.progress import progress_of
from linkhub.links.reached import Older, move_on
from linkhub.runs.changes import next_change
from linkhub.runs.models import Action, Pending, Run
from linkhub.runs.pending import mark
from tests import factories as make

pytestmark = pytest.mark.django_db
MAIN = Pending.Lane.MAIN


@pytest.fixture(autouse=True)
def _resolved() -> None:
    """A run with an action of the task `t1` and four of `t2`; a link of `t1`'s."""
    make.make_definition("board", select={"task": "t1"})
    run = make.make_run()
    for number in range(5):
        make.make_action(run, f"a{number}", task="t2" if number else "t1")
    mark(make.unit_of(subject) for subject in (run.project, run, *run.actions.all()))
    assert work.drain(MAIN, seconds=10)


def edit(**fields: object) -> Backfill:
    change = next_change()
    LinkDefinition.objects.update(change=change, **fields)
    return start_backfill(change=change, project=None, reason="edited")


def marked() -> set[str | None]:
    rows = Pending.objects.exclude(run=None)
    return set(rows.values_list("action__name", flat=True))


def changes() -> set[int]:
    return set(Resolved.objects.exclude(run=None).values_list("change", flat=True))


def test_it_marks_what_has_a_link_of_the_changed_key():
    advance(edit(template="https://new.example.com").pk, limit=100)
    assert marked() == {"a0"}


def test_it_marks_what_the_changed_definition_is_for_now():
    advance(edit(select={"task": "t2"}).pk, limit=100)
    assert marked() == {f"a{number}" for number in range(5)}


def test_it_moves_on_what_is_right_as_it_is():
    backfill = edit(template="https://new.example.com")
    advance(backfill.pk, limit=100)
    assert Resolved.objects.filter(change=backfill.change).count() == 5
    work.drain(MAIN, seconds=10)
    assert changes() == {backfill.change}


def test_it_counts_what_is_right_as_done():
    backfill = edit(template="https://new.example.com")
    advance(backfill.pk, limit=100)
    backfill.refresh_from_db()
    [progress] = progress_of([backfill], now=make.ENDED)
    # Two wait: an action and the project.
    assert (progress.done, progress.total) == (5, 7)


def test_it_goes_on_within_a_run_of_which_it_reaches_little():
    backfill = edit(template="https://new.example.com")
    for _ in range(4):
        advance(backfill.pk, limit=2)
        work.drain(MAIN, seconds=10)
    assert changes() == {backfill.change}


def test_it_marks_what_a_worker_is_at():
    mark([make.unit_of(Action.objects.get(name="a1"))])
    claim(MAIN, 1)
    generation = Pending.objects.get().generation
    advance(edit(template="https://new.example.com").pk, limit=100)
    assert marked() == {"a0", "a1"}
    assert Pending.objects.get(action__name="a1").generation > generation


def test_it_does_not_move_on_what_a_worker_stored_meanwhile():
    run = Run.objects.get()
    row = Resolved.objects.get(run=run, action=None)
    older = Older(run.project_id, run.pk, None, "p", "d", row.pk, row.change - 1, queued=False)
    move_on([older], row.change + 1)
    row.refresh_from_db()
    assert row.change == older.change + 1
