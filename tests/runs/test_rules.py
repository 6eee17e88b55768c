"""The rules of recording in `docs/api.md`, one by one."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from linkhub.runs.documents import RunDocument
from linkhub.runs.models import Action, AttachedLink, Attempt, Pod, Run
from linkhub.runs.record import record_run
from tests.factories import make_project

pytestmark = pytest.mark.django_db
LINK = {"name": "Notes", "url": "https://a.example"}


def at(second: int) -> str:
    return f"2026-01-05T10:00:{second:02}Z"


def record(**document: Any) -> Run:
    return record_run(
        project=make_project(),
        domain="development",
        name="r7",
        document=RunDocument.model_validate(document, strict=False),
    )[0]


def orders(*documents: dict[str, Any]) -> list[Run]:
    """The run after the documents in each of their orders."""
    found = []
    for order in permutations(documents):
        Run.objects.all().delete()
        for document in order:
            record(**document)
        found.append(Run.objects.get())
    return found


def action_in(phase: str, second: int | None, *attempts: dict[str, Any]) -> dict[str, Any]:
    ended = at(second) if second else None
    return {"name": "a0", "phase": phase, "ended_at": ended, "attempts": list(attempts)}


def test_it_gives_a_nested_object_the_stamp_of_what_it_is_in() -> None:
    pods = [{"name": "p", "node": "new"}]
    new = [{"name": "a", "attempts": [{"number": 1, "updated_at": at(8), "pods": pods}]}]
    pods = [{"name": "p", "node": "old"}]
    old = [{"name": "a", "updated_at": at(7), "attempts": [{"number": 1, "pods": pods}]}]
    orders({"updated_at": at(1), "actions": new}, {"updated_at": at(9), "actions": old})
    assert Pod.objects.get().node == "new"


def test_it_takes_the_time_of_receipt_for_a_missing_stamp() -> None:
    record(version="then", updated_at=at(1))
    assert record(version="now").version == "now"
    assert record(version="late", updated_at=at(2)).version == "now"


def test_it_lets_the_later_stamp_win() -> None:
    one, two = {"version": "v9", "updated_at": at(1)}, {"version": "v1", "updated_at": at(2)}
    assert [run.version for run in orders(one, two)] == ["v1", "v1"]


@pytest.mark.parametrize(
    ("one", "two", "version"), [("v1", "v2", "v2"), ("v1", None, ""), ("v1", "", "v1")]
)
def test_it_lets_the_greater_json_win_of_equal_stamps(
    one: str, two: str | None, version: str
) -> None:
    runs = orders({"version": one, "updated_at": at(1)}, {"version": two, "updated_at": at(1)})
    assert [run.version for run in runs] == [version, version]


def test_it_stamps_deletions_too() -> None:
    one = {"labels": {"a": "1"}, "updated_at": at(1)}
    two = {"labels": {"a": None}, "updated_at": at(2)}
    three = {"labels": {"b": "1"}, "updated_at": at(1)}
    assert {repr(run.labels) for run in orders(one, two, three)} == {"{'b': '1'}"}


def test_it_takes_a_links_list_as_one_field() -> None:
    one = {"links": [LINK, {**LINK, "key": "other"}], "updated_at": at(1)}
    two = {"links": [LINK], "updated_at": at(2)}
    orders(one, two)
    assert AttachedLink.objects.get().key == "notes"


@pytest.mark.parametrize(("given", "kept"), [([], 1), (None, 0)])
def test_it_lets_null_win_over_links_and_links_over_an_empty_list(given: Any, kept: int) -> None:
    documents = {"links": [LINK], "updated_at": at(1)}, {"links": given, "updated_at": at(1)}
    for order in permutations(documents):
        Run.objects.all().delete()
        for document in order:
            record(**document)
        assert AttachedLink.objects.count() == kept


def test_it_replaces_a_context_as_a_whole() -> None:
    record(context={"a": "1", "b": "2"}, actions=[{"name": "a", "context": {"c": "3"}}])
    assert record(context={"b": "3"}).context == {"b": "3"}
    record(actions=[{"name": "a", "context": None}])
    assert Action.objects.get().context is None


def test_it_merges_attempts_by_number() -> None:
    one = {"number": 1, "error": "OOM", "variables": {"a": "1"}}
    record(actions=[{"name": "a", "attempts": [one, {"number": 2}]}])
    record(actions=[{"name": "a", "attempts": [{"number": 1, "variables": {"b": "2"}}]}])
    first = Attempt.objects.get(number=1)
    assert (first.error, first.variables) == ("OOM", {"a": "1", "b": "2"})
    assert Attempt.objects.count() == 2


FAILED = {"number": 1, "phase": "failed", "started_at": at(1), "ended_at": at(5)}
RETRY = {"number": 2, "phase": "running", "started_at": at(8)}
ENDED = {"phase": "failed", "ended_at": at(5), "actions": [action_in("failed", 5, FAILED)]}


def test_it_reopens_action_and_run_by_a_later_attempt() -> None:
    again = {"phase": "running", "actions": [{"name": "a0", "attempts": [RETRY]}]}
    for run in orders(ENDED | {"updated_at": at(6)}, again | {"updated_at": at(9)}):
        assert (run.phase, run.ended_at) == ("running", None)
    action = Action.objects.get()
    assert (action.phase, action.ended_at) == (None, None)


def test_it_reopens_what_is_reported_long_after() -> None:
    record(**ENDED)
    run = record(phase="running", actions=[action_in("running", None, RETRY)])
    assert (run.phase, run.ended_at) == ("running", None)
    assert Action.objects.get().phase == "running"
    run = record(phase="succeeded", ended_at=at(12))
    assert (run.phase, run.ended_at and run.ended_at.second) == ("succeeded", 12)


@pytest.mark.parametrize(
    "retry",
    [
        RETRY | {"started_at": at(4)},
        RETRY | {"phase": "succeeded"},
        RETRY | {"number": 1},
        {"number": 2, "phase": "running"},
    ],
)
def test_it_reopens_by_no_other_attempt(retry: dict[str, Any]) -> None:
    later = {"actions": [{"name": "a0", "attempts": [retry]}], "updated_at": at(9)}
    for run in orders(ENDED | {"updated_at": at(6)}, later):
        assert (run.phase, run.ended_at is None) == ("failed", False)


def test_it_reopens_a_run_only_with_the_action_of_the_attempt() -> None:
    straggler = {"name": "b", "phase": "running", "attempts": [RETRY]}
    later = {"actions": [straggler], "updated_at": at(9)}
    for run in orders(ENDED | {"updated_at": at(6)}, later):
        assert run.phase == "failed"


def test_it_reopens_the_run_of_an_action_that_is_to_be_reopened() -> None:
    demand = {"name": "a0", "reopened": True, "phase": "queued"}
    later = {"actions": [demand], "updated_at": at(9)}
    for run in orders(ENDED | {"updated_at": at(6)}, later):
        assert (run.phase, run.ended_at) == (None, None)
    assert Action.objects.get().phase == "queued"
    record(actions=[{"name": "other"}])
    assert Run.objects.get().phase is None


def test_it_leaves_the_actions_of_a_run_ended_that_is_to_be_reopened() -> None:
    later = {"reopened": True, "phase": "running", "updated_at": at(9)}
    assert {run.phase for run in orders(ENDED | {"updated_at": at(6)}, later)} == {"running"}
    assert Action.objects.get().phase == "failed"


def test_it_ends_a_reopened_run_again() -> None:
    record(**ENDED)
    record(reopened=True)
    run = record(phase="failed", ended_at=at(9))
    assert (run.phase, run.ended_at and run.ended_at.second) == ("failed", 9)


def test_it_gives_an_action_without_a_version_its_runs() -> None:
    one = {"actions": [{"name": "a", "task": "t"}], "updated_at": at(1)}
    two = {"version": "v2", "updated_at": at(1)}
    orders(one, two)
    action = Action.objects.select_related("task").get()
    assert action.task is not None
    assert (action.task_version, action.task.version) == ("", "v2")
