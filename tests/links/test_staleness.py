"""An edit makes stale what it reaches, and nothing else is resolved again on view."""

from __future__ import annotations

from typing import Any

import pytest

from linkhub.links import shelf, work
from linkhub.links.models import LinkDefinition
from linkhub.links.read import links_of_actions, links_of_runs
from linkhub.runs.changes import next_change
from linkhub.runs.models import Action, Pending, Run, Task
from linkhub.runs.pending import mark
from tests import factories as make

pytestmark = pytest.mark.django_db
NOW = make.ENDED


@pytest.fixture
def resolved(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the actions and runs that were resolved in memory."""
    found: list[str] = []
    original = shelf.resolve_unit

    def watched(facts: Any, *args: Any, **kwargs: Any) -> Any:
        found.append(facts.action.name if facts.action else facts.run.name)
        return original(facts, *args, **kwargs)

    monkeypatch.setattr(shelf, "resolve_unit", watched)
    return found


@pytest.fixture
def actions() -> list[Action]:
    """Two actions of two tasks, resolved, with one link each of a definition of `t1`'s."""
    make.make_definition("board", select={"task": "t1"})
    run = make.make_run()
    for name, task in (("a0", "t1"), ("x1", "t2")):
        make.make_action(run, name, parent="" if name == "a0" else "a0", task=task)
    mark([make.unit_of(run), *map(make.unit_of, run.actions.all())])
    work.drain(Pending.Lane.MAIN, seconds=10)
    return list(Action.objects.select_related("run__project").order_by("name"))


def edit(key: str = "board", **fields: Any) -> None:
    LinkDefinition.objects.filter(key=key).update(change=next_change(), **fields)


@pytest.mark.parametrize(
    ("change", "reached"),
    [
        ({"name": "New"}, ["a0"]),
        ({"enabled": False}, ["a0"]),
        ({"deleted": True}, ["a0"]),
        ({"level": "run"}, ["a0", "r7"]),
        ({"level": "pod"}, ["a0"]),
        ({"select": {"task": "t2"}}, ["a0", "x1"]),
        ({"select": {}}, ["a0", "x1"]),
        ({"select": {"task": "t3"}}, ["a0"]),
        ({"select": {"project": "other"}}, ["a0"]),
    ],
)
def test_an_edit_reaches_by_key_and_by_its_old_and_new_selectors(
    actions: list[Action], resolved: list[str], change: dict[str, Any], reached: list[str]
) -> None:
    edit(**change)
    links_of_actions(actions, now=NOW)
    links_of_runs([actions[0].run], now=NOW)
    assert sorted(set(resolved)) == reached


def test_a_key_of_another_layer_is_reached_too(actions: list[Action], resolved: list[str]) -> None:
    make.make_definition("board", project=make.make_project(), select={"task": "t3"})
    links_of_actions(actions, now=NOW)
    assert resolved == ["a0"]


def test_an_unrelated_edit_reaches_nothing(actions: list[Action], resolved: list[str]) -> None:
    make.make_definition("other", select={"task": "t3"})
    make.make_definition("board", project=make.make_project("p2"))
    edit("other", enabled=False)
    links_of_actions(actions, now=NOW)
    assert resolved == []


def test_a_tasks_links_reach_its_own_actions(actions: list[Action], resolved: list[str]) -> None:
    Task.objects.filter(name="t2").update(change=next_change())
    links_of_actions(actions, now=NOW)
    assert resolved == ["x1"]


def test_an_action_that_replaces_them_is_not_reached(
    actions: list[Action], resolved: list[str]
) -> None:
    Action.objects.update(replaces_task_links=True)
    Task.objects.filter(name="t2").update(change=next_change())
    links_of_actions(actions, now=NOW)
    assert resolved == []


def test_a_tool_reaches_everything(actions: list[Action], resolved: list[str]) -> None:
    make.make_tool()
    links_of_actions(actions, now=NOW)
    assert resolved == ["a0", "x1"]


def test_a_page_of_runs_is_not_resolved_again_after_an_unrelated_edit(
    resolved: list[str], django_assert_num_queries: Any
) -> None:
    make.make_definition("board", level="run")
    runs = [make.make_run(f"r{number}") for number in range(50)]
    for run in runs:
        make.make_action(run)
    units = [make.unit_of(each) for each in (*runs, *Action.objects.select_related("run"))]
    mark(units)
    work.drain(Pending.Lane.MAIN, seconds=30)
    make.make_definition("other", select={"task": "another"})
    runs = list(Run.objects.select_related("project"))
    links_of_runs(runs, now=NOW)
    with django_assert_num_queries(5):
        found = links_of_runs(runs, now=NOW)
    assert resolved == []
    assert [len(links) for links in found.values()] == [1] * 50
