"""Roll-ups of workflows' days: right after whatever changed, from marks alone."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from linkhub.links import days, tasks, work
from linkhub.links.models import Link
from linkhub.runs.changes import next_change
from linkhub.runs.documents import RunDocument
from linkhub.runs.models import DayMark, Pending, Run, Workflow, WorkflowDay
from linkhub.runs.record import record_run
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = make.CREATED.date()


def record(name: str = "r7", **fields: object) -> Run:
    said = {"workflow": "train_pipeline", "created_at": make.CREATED, "phase": "running"} | fields
    document = RunDocument.model_validate_json(json.dumps(said, default=datetime.isoformat))
    project = make.make_project()
    return record_run(project=project, domain="development", name=name, document=document)[0]


def outcomes() -> dict[date, dict[str, int]]:
    """What the roll-ups say once workers and the task have been at it."""
    work.drain(Pending.Lane.MAIN, seconds=10)
    WorkflowDay.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    days.recompute_days(seconds=10)
    return {row.day: row.outcomes for row in WorkflowDay.objects.all()}


def coverage() -> dict[str, list[int]]:
    outcomes()
    return WorkflowDay.objects.get().coverage


def test_it_counts_what_workers_have_stored() -> None:
    record()
    record("r8", phase="failed")

    assert outcomes() == {DAY: {"running": 1, "failed": 1}}
    assert not DayMark.objects.exists()


def test_it_follows_a_phase() -> None:
    record()
    outcomes()
    record(phase="succeeded")

    assert outcomes() == {DAY: {"succeeded": 1}}


def test_it_takes_what_comes_late_into_its_own_day() -> None:
    record()
    record("old", created_at=make.CREATED - timedelta(days=9))

    assert set(outcomes()) == {DAY, DAY - timedelta(days=9)}


def test_a_day_begins_at_midnight_in_utc() -> None:
    record(created_at=datetime.fromisoformat("2026-01-06T01:30:00+02:00"))

    assert set(outcomes()) == {date(2026, 1, 5)}


@pytest.mark.parametrize(
    "moved",
    [{"created_at": make.CREATED + timedelta(days=1)}, {"workflow": "other"}],
)
def test_a_run_that_moves_is_counted_where_it_is_alone(moved: dict[str, object]) -> None:
    record()
    outcomes()
    record(**moved, updated_at=timezone.now())

    assert list(outcomes().values()) == [{"running": 1}]
    assert Run.objects.get().workflow.days.count() == 1  # type: ignore[union-attr]


def test_a_run_that_is_deleted_is_not_counted() -> None:
    record()
    record("r8")
    outcomes()
    Run.objects.filter(name="r8").delete()
    assert outcomes() == {DAY: {"running": 1}}
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM links_resolved; DELETE FROM runs_pending")
        cursor.execute("UPDATE runs_workflow SET latest_run_id = NULL; DELETE FROM runs_run")

    assert outcomes() == {}


def test_the_run_before_a_deleted_latest_one_becomes_the_latest() -> None:
    older = record()
    record("r8", created_at=make.CREATED + timedelta(hours=1)).delete()
    outcomes()

    assert Workflow.objects.get().latest_run == older


def test_marks_of_a_project_that_is_deleted_are_dropped() -> None:
    record()
    make.make_project().delete()

    assert outcomes() == {}
    assert not DayMark.objects.exists()


def test_it_counts_the_runs_with_a_working_link_of_each_tool() -> None:
    tool = make.make_tool("wandb")
    template = "https://wandb.example.com/{{ .context.wandb_id }}"
    make.make_definition("wandb", level="run", tool=tool, template=template)
    record(context={"wandb_id": "abc"})
    record("r8", phase="failed", context={})
    record("r9", context={})

    assert coverage() == {"wandb": [1, 2]}


def test_it_follows_an_edited_definition() -> None:
    tool = make.make_tool("wandb")
    definition = make.make_definition("wandb", level="run", tool=tool)
    record()
    assert coverage() == {"wandb": [1, 1]}
    definition.enabled, definition.change = False, next_change()
    definition.save()
    make.make_pending(make.unit_of(Run.objects.get()))

    assert coverage() == {}


def test_a_day_with_runs_rests_before_it_is_recomputed() -> None:
    record()
    outcomes()
    record("r8")
    work.drain(Pending.Lane.MAIN, seconds=10)
    WorkflowDay.objects.update(due_at=timezone.now() + timedelta(seconds=60))
    days.recompute_days(seconds=10)

    assert WorkflowDay.objects.get().marked
    assert WorkflowDay.objects.get().outcomes == {"running": 1}


def test_what_waits_longest_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(days, "DAYS", 1)
    for ago in (2, 9, 5):
        created = make.CREATED - timedelta(days=ago)
        WorkflowDay.objects.create(
            workflow=make.make_run(f"r{ago}", created_at=created).workflow,
            day=created.date(),
            due_at=created,
        )
    days.recompute_days(seconds=0)

    assert WorkflowDay.objects.get(marked=False).day == DAY - timedelta(days=9)


def test_a_run_that_cannot_be_resolved_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("broken")

    monkeypatch.setattr(work, "outcome_of", fail)
    record()

    assert outcomes() == {DAY: {"running": 1}}
    assert not Link.objects.exists()


def test_its_statements_do_not_grow(django_assert_num_queries) -> None:
    for index in range(9):
        record(f"run-{index}", workflow=f"workflow-{index}")
    work.drain(Pending.Lane.MAIN, seconds=10)

    # Savepoint, lock, patience, marks, what is due, recompute, repair, forget; then nothing is due.
    with django_assert_num_queries(9 + 6):
        assert days.recompute_days(seconds=10) == 9


def test_the_task_recomputes() -> None:
    record()
    work.drain(Pending.Lane.MAIN, seconds=10)
    tasks.recompute_marked_days()

    assert not WorkflowDay.objects.get().marked
