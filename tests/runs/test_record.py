"""What is recorded, and exactly what that marks."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from linkhub.runs.attached import AttachedLinkDocument
from linkhub.runs.documents import ActionFields, RunDocument
from linkhub.runs.models import Action, AttachedLink, Attempt, Pending, Pod, Run, Workflow
from linkhub.runs.record import (
    RunWrite,
    emit_link,
    record_action,
    record_batch,
    record_run,
    record_task_links,
)
from tests.factories import make_project

pytestmark = pytest.mark.django_db


def record(name: str = "r7", **document: Any) -> tuple[Run, bool]:
    return record_run(
        project=make_project(),
        domain="development",
        name=name,
        document=RunDocument.model_validate(document, strict=False),
    )


def at(second: int) -> str:
    return f"2026-01-05T10:00:{second:02}Z"


def units() -> set[str]:
    """What is pending, by name: "" is the run's own level."""
    rows = Pending.objects.filter(run__isnull=False).values_list("action__name", flat=True)
    return {name or "" for name in rows}


def resolved() -> None:
    """As if the workers had caught up."""
    Pending.objects.all().delete()


TREE = [
    {"name": "a0", "phase": "running"},
    {"name": "b", "parent": "a0"},
    {"name": "c", "parent": "b", "context": {"k": "v"}},
    {"name": "d", "parent": "c"},
]


def test_it_stores_a_run_with_everything_below_it() -> None:
    run, created = record(
        workflow="train",
        phase="running",
        labels={"team": "vision"},
        actions=[
            {"name": "a0", "task": "train", "attempts": [{"number": 1, "pods": [{"name": "p"}]}]}
        ],
    )
    assert created
    assert run.workflow is not None
    assert run.workflow.latest_run_id == run.pk or Workflow.objects.get().latest_run_id == run.pk
    pod = Pod.objects.get()
    assert (pod.name, pod.attempt.number, pod.attempt.action.name) == ("p", 1, "a0")


def test_it_tells_a_new_run_from_a_known_one() -> None:
    assert record()[1]
    assert not record()[1]


def test_it_leaves_alone_what_is_left_out_and_clears_what_is_null() -> None:
    record(version="v1", cluster="gpu-1")
    run, _ = record(version=None)
    assert (run.version, run.cluster) == ("", "gpu-1")


def test_it_replaces_a_context_as_a_whole() -> None:
    record(context={"a": "1", "b": "2"})
    run, _ = record(context={"b": "3"})
    assert run.context == {"b": "3"}


def test_it_keeps_attempts_and_pods_that_are_left_out() -> None:
    record(actions=[{"name": "a0", "attempts": [{"number": 1, "pods": [{"name": "p1"}]}]}])
    record(actions=[{"name": "a0", "attempts": [{"number": 2, "pods": [{"name": "p2"}]}]}])
    record(actions=[{"name": "a0", "attempts": [{"number": 1, "pods": [{"name": "p3"}]}]}])
    assert Attempt.objects.count() == 2
    assert set(Pod.objects.values_list("name", flat=True)) == {"p1", "p2", "p3"}


def test_it_reopens_by_a_later_attempt() -> None:
    failed = {"number": 1, "phase": "failed", "started_at": at(1), "updated_at": at(5)}
    record(
        phase="failed",
        ended_at=at(5),
        updated_at=at(5),
        actions=[{"name": "a0", "phase": "failed", "ended_at": at(5), "attempts": [failed]}],
    )
    retry = {"number": 2, "phase": "running", "started_at": at(8)}
    run, _ = record(
        updated_at=at(9), actions=[{"name": "a0", "phase": "running", "attempts": [retry]}]
    )
    action = Action.objects.get()
    assert (action.phase, action.ended_at) == ("running", None)
    assert (run.phase, run.ended_at) == (None, None)


def test_it_reopens_on_demand() -> None:
    record(phase="succeeded", ended_at=at(5), updated_at=at(5))
    run, _ = record(reopened=True, phase="running", updated_at=at(6))
    assert (run.phase, run.ended_at) == ("running", None)


def test_it_takes_created_as_the_first_receipt_until_it_is_given() -> None:
    first, _ = record()
    again, _ = record(created_at=at(1))
    assert again.created_at.isoformat() == "2026-01-05T10:00:01+00:00"
    cleared, _ = record(created_at=None)
    assert cleared.created_at == first.created_at


def test_it_keeps_the_latest_run_of_a_workflow() -> None:
    older, _ = record("older", workflow="train", created_at=at(1))
    newer, _ = record("newer", workflow="train", created_at=at(2))
    assert Workflow.objects.get().latest_run_id == newer.pk
    record("newer", workflow="other")
    assert Workflow.objects.get(name="train").latest_run_id == older.pk


def test_it_gives_an_action_the_task_of_its_own_or_the_runs_version() -> None:
    record(actions=[{"name": "a", "task": "t"}, {"name": "b", "task": "t", "task_version": "own"}])
    record(version="v2")
    versions = dict(Action.objects.values_list("name", "task__version"))
    assert versions == {"a": "v2", "b": "own"}


def test_it_marks_everything_of_a_new_run() -> None:
    record(actions=TREE)
    assert units() == {"", "a0", "b", "c", "d"}


def test_it_marks_nothing_when_nothing_changed() -> None:
    record(version="v1", actions=TREE, updated_at=at(1))
    resolved()
    record(version="v1", actions=TREE, updated_at=at(2))
    assert units() == set()


def test_it_marks_all_actions_when_a_shared_fact_changes() -> None:
    record(actions=TREE)
    resolved()
    record(labels={"team": "vision"})
    assert units() == {"", "a0", "b", "c", "d"}


def test_it_marks_those_that_take_a_changed_context() -> None:
    record(actions=TREE)
    resolved()
    record(context={"k": "new"})
    assert units() == {"", "a0", "b"}


def test_it_marks_those_that_take_their_parents_changed_context() -> None:
    record(actions=TREE)
    resolved()
    record(actions=[{"name": "c", "context": {"k": "new"}}])
    assert units() == {"c", "d"}


def test_it_marks_the_children_of_a_parent_that_arrives_late() -> None:
    record(actions=[{"name": "d", "parent": "c"}, {"name": "e"}])
    resolved()
    record(actions=[{"name": "c", "parent": "e", "context": {}}])
    assert units() == {"c", "d"}


def test_it_marks_unfinished_descendants_when_something_ends() -> None:
    record(actions=[*TREE[:2], {"name": "c", "parent": "b", "phase": "failed", "ended_at": at(1)}])
    resolved()
    record(actions=[{"name": "a0", "phase": "succeeded", "ended_at": at(5)}])
    assert units() == {"", "a0", "b"}


def test_it_marks_one_action_when_a_pod_arrives() -> None:
    record(actions=TREE)
    resolved()
    record(actions=[{"name": "d", "attempts": [{"number": 1, "pods": [{"name": "p"}]}]}])
    assert units() == {"d"}


def test_it_makes_an_unseen_run_for_an_action() -> None:
    document = ActionFields.model_validate({"phase": "running"}, strict=False)
    action, created = record_action(
        project=make_project(), domain="development", run="r9", action="x", document=document
    )
    assert created
    assert (action.run.name, action.phase) == ("r9", "running")


def test_it_replaces_an_override_layer_as_one_field() -> None:
    record(links=[{"name": "Notes", "url": "https://a.example"}, {"name": "B", "url": "https://b"}])
    record(links=[{"name": "C", "url": "https://c.example"}])
    assert [link.key for link in AttachedLink.objects.all()] == ["c"]
    record(links=[])
    assert not AttachedLink.objects.exists()


def test_it_keeps_an_emitted_link_through_every_put() -> None:
    link = AttachedLinkDocument(name="Report", url="https://a.example")
    emit_link(project=make_project(), domain="development", run="r7", action="x", link=link)
    record(links=[], actions=[{"name": "x", "links": []}])
    assert [row.key for row in AttachedLink.objects.all()] == ["report"]


def test_it_marks_the_actions_that_a_runs_deeper_link_reaches() -> None:
    record(actions=TREE)
    resolved()
    record(links=[{"name": "Notes", "url": "https://a.example"}])
    assert units() == {""}
    record(links=[{"name": "Pod", "url": "https://a.example", "level": "pod"}])
    assert units() == {"", "a0", "b", "c", "d"}
    resolved()
    record(links=[])
    assert units() == {"", "a0", "b", "c", "d"}


def test_it_replaces_an_emitted_link_by_key() -> None:
    def emit(url: str) -> bool:
        link = AttachedLinkDocument(key="report", url=url)
        return emit_link(
            project=make_project(), domain="development", run="r7", action=None, link=link
        )[1]

    assert emit("https://a.example")
    assert not emit("https://b.example")
    assert AttachedLink.objects.get().body["url"] == "https://b.example"


def test_it_takes_a_change_value_for_a_tasks_links_only_when_they_change() -> None:
    links = [AttachedLinkDocument(name="Docs", url="https://a.example")]
    arguments: Any = {"project": make_project(), "task": "t", "version": "v1", "links": links}
    first, created = record_task_links(**arguments)
    again, created_again = record_task_links(**arguments)
    assert (created, created_again) == (True, False)
    assert first.change == again.change > 0


def test_it_records_at_a_constant_number_of_queries(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    def write(name: str, actions: int) -> RunWrite:
        attempts = [{"number": 1, "pods": [{"name": "p"}]}]
        task = name[0]
        listed = [
            {"name": f"a{n}", "task": f"{task}{n}", "attempts": attempts} for n in range(actions)
        ]
        return RunWrite(
            make_project(),
            "development",
            name,
            RunDocument.model_validate({"workflow": task, "actions": listed}, strict=False),
        )

    one, many = [write("r1", 1)], [write(f"s{n}", 10) for n in range(10)]
    with CaptureQueriesContext(connection) as few:
        record_batch(one)
    with django_assert_num_queries(len(few)):
        record_batch(many)
