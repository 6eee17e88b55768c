"""Backfills: old runs follow a change, the newest first, a bounded number at a time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from linkhub.accounts.models import Project
from linkhub.links import work
from linkhub.links.backfill import advance_all, cancel_backfill, start_backfill
from linkhub.links.claims import claim
from linkhub.links.load import load_catalogue, load_units
from linkhub.links.models import Backfill, Link, LinkDefinition, Resolved
from linkhub.links.outcomes import outcome_of
from linkhub.links.write import store
from linkhub.runs.changes import next_change
from linkhub.runs.models import Pending, Run, Task
from linkhub.runs.pending import Unit, mark
from tests import factories as make

pytestmark = pytest.mark.django_db
MAIN = Pending.Lane.MAIN
STATUS = Backfill.Status


def old_run(name: str, age: int = 0, project: Project | None = None, actions: int = 1) -> Run:
    """A run that was resolved before any change, `age` minutes before the others."""
    created = make.CREATED - timedelta(minutes=age)
    run = make.make_run(name, created_at=created, project=project)
    make.make_resolved(make.unit_of(run))
    for number in range(actions):
        make.make_resolved(make.unit_of(make.make_action(run, f"a{number}")))
    return run


def resolved_project(name: str = "flytesnacks") -> Project:
    project = make.make_project(name)
    make.make_resolved(Unit(project.pk), change=10**9)
    return project


def start(project: Project | None = None) -> Backfill:
    return start_backfill(change=next_change(wide=True), project=project, reason="edited")


def step(waiting: int, settings) -> list[str]:
    """One step with room for `waiting` units; the runs of what it marked, in order."""
    settings.LINKHUB_BACKFILL_PENDING = waiting
    before = set(Pending.objects.values_list("pk", flat=True))
    advance_all()
    added = Pending.objects.exclude(pk__in=before).order_by("pk").select_related("run")
    return [row.run.name if row.run else "-" for row in added]


def resolve() -> None:
    work.drain(MAIN, seconds=10)


def test_it_marks_the_newest_runs_first(settings):
    resolved_project()
    for name, age in (("old", 9), ("new", 1), ("older", 20)):
        old_run(name, age, actions=0)
    start()
    assert step(1, settings) == ["new"]
    resolve()
    assert step(1, settings) == ["old"]


def test_it_marks_a_run_and_its_actions(settings):
    resolved_project()
    run = old_run("r", actions=2)
    start()
    assert step(10, settings) == ["r", "r", "r"]
    assert set(Pending.objects.values_list("run", "priority")) == {(run.pk, 0)}


def test_it_marks_projects_too(settings):
    make.make_project()
    start()
    assert step(10, settings) == ["-"]


def test_it_goes_on_within_a_run_of_many_actions(settings):
    resolved_project()
    old_run("big", actions=4)
    old_run("next", age=1, actions=0)
    start()
    found = [step(2, settings)]
    for _ in range(3):
        resolve()
        found.append(step(2, settings))
    assert found == [["big", "big"], ["big", "big"], ["big", "next"], []]


def test_it_keeps_a_bounded_number_waiting(settings):
    resolved_project()
    for age in range(5):
        old_run(f"r{age}", age, actions=0)
    start()
    assert [len(step(2, settings)), len(step(2, settings))] == [2, 0]


def test_it_leaves_out_what_was_resolved_since(settings):
    project = resolved_project()
    old_run("old", actions=0)
    change = next_change(wide=True)
    make.make_resolved(make.unit_of(make.make_run("new", project=project)), change)
    start_backfill(change=change, project=None, reason="edited")
    assert step(10, settings) == ["old"]


def test_it_keeps_to_its_project(settings):
    one, two = resolved_project("one"), resolved_project("two")
    old_run("r1", project=one, actions=0)
    old_run("r2", project=two, actions=0)
    start(one)
    assert step(10, settings) == ["r1"]


def test_it_lets_new_runs_go_first(settings):
    resolved_project()
    old_run("old", actions=0)
    start()
    step(10, settings)
    new = make.unit_of(make.make_run("new"))
    mark([new])
    assert claim(MAIN, 1)[0].unit == new


def test_it_is_done_when_what_it_marked_is_resolved(settings):
    resolved_project()
    old_run("r", actions=0)
    backfill = start()
    step(10, settings)
    step(10, settings)
    backfill.refresh_from_db()
    assert backfill.status == STATUS.RUNNING
    resolve()
    step(10, settings)
    backfill.refresh_from_db()
    assert (backfill.status, backfill.marked, backfill.total) == (STATUS.DONE, 1, 1)
    assert backfill.finished_at is not None
    assert Resolved.objects.get(run__name="r").change == backfill.change


def test_it_does_not_wait_for_what_failed_too_often(settings):
    resolved_project()
    old_run("r", actions=0)
    backfill = start()
    step(10, settings)
    Pending.objects.update(attempts=settings.LINKHUB_MAX_ATTEMPTS)
    Backfill.objects.update(cursor_created=make.CREATED, cursor_run=1)
    step(10, settings)
    backfill.refresh_from_db()
    assert backfill.status == STATUS.DONE


def test_it_stops_when_cancelled(settings):
    resolved_project()
    old_run("r", actions=0)
    backfill = start()
    assert cancel_backfill(backfill)
    assert step(10, settings) == []
    assert not cancel_backfill(backfill)


def test_it_is_taken_over_by_a_later_change_of_the_same_scope():
    first, second = start(), start()
    first.refresh_from_db()
    assert (first.status, second.status) == (STATUS.CANCELLED, STATUS.RUNNING)
    assert first.reason == "edited; taken over by a later change"


def test_it_is_not_taken_over_by_a_change_of_a_narrower_scope():
    first = start()
    start(make.make_project())
    first.refresh_from_db()
    assert first.status == STATUS.RUNNING


def test_it_follows_changed_static_links_of_tasks(settings):
    project = resolved_project()
    for name, task in (("other", "u"), ("r", "t")):
        run = make.make_run(name)
        action = make.make_action(run, task=task)
        for subject in (run, action):
            make.make_resolved(make.unit_of(subject))
    Task.objects.filter(name="t").update(change=next_change())
    assert step(10, settings) == ["r"]
    assert Backfill.objects.get().project == project
    step(10, settings)
    assert Backfill.objects.count() == 1


def test_it_does_not_miss_static_links_that_changed_before_another_edit():
    project = make.make_project("one")
    Task.objects.create(project=project, name="t", change=next_change())
    start(make.make_project("two"))
    found = {row.project: row.status for row in Backfill.objects.select_related("project")}
    assert found == {project: STATUS.RUNNING, make.make_project("two"): STATUS.RUNNING}


def test_it_marks_again_what_is_being_resolved_with_older_definitions(settings):
    make.make_definition()
    resolved_project()
    run = make.make_run()
    unit = make.unit_of(make.make_action(run))
    mark([unit])
    [claimed] = claim(MAIN, 1)
    catalogue = load_catalogue()
    change = next_change()
    LinkDefinition.objects.update(template="https://new.example.com", change=change)
    start_backfill(change=change, project=None, reason="edited")
    step(10, settings)
    outcome = outcome_of(claimed, load_units([unit])[unit], catalogue, make.STARTED)
    store([outcome], change=catalogue.change)
    resolve()
    assert Link.objects.get().url == "https://new.example.com"
