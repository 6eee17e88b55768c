"""Runs go with everything below them, and what was kept of them stays right."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import F

from linkhub.links.days import recompute_days
from linkhub.links.models import Backlink, Link, Resolved
from linkhub.links.work import drain
from linkhub.runs.documents import RunDocument
from linkhub.runs.keeping import deleting
from linkhub.runs.keeping.deleting import batches, delete_runs
from linkhub.runs.keeping.documents import Documents
from linkhub.runs.models import Action, Attempt, Pending, Pod, Run, Workflow, WorkflowDay
from linkhub.runs.record import record_run
from tests import factories as make
from tests.faults.breakpoints import aside, held_before, wait_until_one_waits
from tests.runs.keeping.archived import record


@pytest.mark.django_db
def test_everything_below_goes_and_nothing_else():
    make.make_definition("board", level="run")
    gone, stays = record("gone"), record("stays")
    drain(Pending.Lane.MAIN, seconds=20)
    assert delete_runs([gone.pk]) == 1
    assert set(Link.objects.exclude(run=None).values_list("run", flat=True)) == {stays.pk}
    assert Resolved.objects.filter(run=stays).count() == 3
    for model in (Action, Attempt, Pod):
        below = {Action: "run", Attempt: "action__run", Pod: "attempt__action__run"}[model]
        assert set(model.objects.values_list(below, flat=True)) == {stays.pk}


def test_every_table_that_refers_to_a_part_refers_to_the_run_or_is_named():
    parts = (Action, Attempt, Pod)
    below = {each.related_model for part in parts for each in deleting.cascading(part)}
    of_run = {each.related_model for each in deleting.cascading(Run)}
    assert below - of_run == {Attempt, Pod}


def test_nothing_refers_to_a_part_in_another_way():
    for part in (Run, Action, Attempt, Pod):
        others = set(deleting.referring(part)) - set(deleting.cascading(part))
        assert {one.related_model for one in others} <= {Workflow, Backlink}


@pytest.mark.django_db
def test_the_newest_that_stays_is_the_latest():
    runs = [
        make.make_run(f"r{number}", created_at=make.CREATED + timedelta(days=number))
        for number in range(3)
    ]
    delete_runs([runs[2].pk, runs[0].pk])
    assert Workflow.objects.get().latest_run == runs[1]
    delete_runs([runs[1].pk])
    assert Workflow.objects.get().latest_run is None


@pytest.mark.django_db
def test_days_are_counted_again():
    runs = [record(f"r{number}") for number in range(2)]
    drain(Pending.Lane.MAIN, seconds=20)
    recompute_days(seconds=1)
    assert WorkflowDay.objects.get().outcomes == {"succeeded": 2}
    delete_runs([runs[0].pk])
    WorkflowDay.objects.update(due_at=F("due_at") - timedelta(hours=1))
    recompute_days(seconds=1)
    assert WorkflowDay.objects.get().outcomes == {"succeeded": 1}


@pytest.mark.django_db
def test_what_has_changed_since_it_was_archived_stays():
    runs = [record("same"), record("changed")]
    documents = Documents(runs)
    archived = {run.pk: documents.lines(run) for run in runs}
    Run.objects.filter(name="changed").update(version="v9")
    assert delete_runs([run.pk for run in runs], archived) == 1
    assert Run.objects.get().name == "changed"


@pytest.mark.django_db(transaction=True)
def test_a_run_that_a_recorder_holds_stays():
    held, free = record("held"), record("free")
    with held_before("INSERT INTO runs_pending", lambda: record_again("held")):
        assert delete_runs([held.pk, free.pk]) == 1
    assert Run.objects.get() == held


@pytest.mark.django_db(transaction=True)
def test_a_run_that_a_recorder_has_chosen_as_the_latest_stays():
    """Another run of its workflow moves away meanwhile."""
    old = older_of_two()
    with held_before("INSERT INTO runs_pending", lambda: move("new")):
        assert delete_runs([old.pk]) == 0
    assert Workflow.objects.get(pk=old.workflow_id).latest_run == old


@pytest.mark.django_db(transaction=True)
def test_a_recorder_waits_for_a_run_that_goes_and_chooses_another():
    old = older_of_two()
    with aside() as start, held_before("UPDATE runs_workflow", lambda: delete_runs([old.pk])):
        moving = start(lambda: move("new"))
        wait_until_one_waits()
    assert moving.result() is None
    assert not Run.objects.filter(pk=old.pk).exists()
    assert Workflow.objects.get(pk=old.workflow_id).latest_run is None


def older_of_two() -> Run:
    """Of runs of one workflow; `new` is its latest."""
    old = make.make_run("old", created_at=make.CREATED)
    new = make.make_run("new", created_at=make.CREATED + timedelta(days=1))
    Workflow.objects.update(latest_run=new)
    return old


def move(name: str) -> None:
    document = RunDocument(workflow="another")
    record_run(project=make.make_project(), domain="development", name=name, document=document)


@pytest.mark.django_db(transaction=True)
def test_it_waits_for_nobody_for_long():
    run = record()
    holder = "SELECT 1 FROM runs_pending FOR UPDATE"

    def hold() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(holder)
            cursor.execute("SELECT 2")

    with held_before("SELECT 2", hold):
        assert delete_runs([run.pk]) == 0
    assert delete_runs([run.pk]) == 1


@pytest.mark.django_db
def test_runs_of_many_actions_go_alone(monkeypatch):
    monkeypatch.setattr(deleting, "ACTIONS", 3)
    runs = [make.make_run(f"r{number}") for number in range(4)]
    for run, actions in zip(runs, (1, 5, 2, 1), strict=True):
        for number in range(actions):
            make.make_action(run, f"a{number}")
    first, big, *rest = [run.pk for run in runs]
    assert list(batches([first, big, *rest])) == [[first], [big], rest]


def record_again(name: str) -> None:
    project = make.make_project("vision")
    document = RunDocument(version="v9")
    record_run(project=project, domain="development", name=name, document=document)
