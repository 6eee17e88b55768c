"""What pages and the API show: right at once, whatever the store says."""

from __future__ import annotations

from datetime import timedelta

import pytest

from linkhub.links import work
from linkhub.links.models import Link, LinkDefinition
from linkhub.links.read import (
    ShownLink,
    links_of_action,
    links_of_actions,
    links_of_project,
    links_of_run,
    links_of_runs,
)
from linkhub.links.shelf import keeper
from linkhub.runs.changes import next_change
from linkhub.runs.models import Action, Pending, Run
from linkhub.runs.pending import Unit, mark
from tests import factories as make

pytestmark = pytest.mark.django_db
NOW = make.CREATED + timedelta(minutes=5)
CLASS = {"class": "tests.links.flyte_links:Board"}


def resolve(*units: Unit) -> None:
    mark(units)
    work.drain(Pending.Lane.MAIN, seconds=10)


def only(action: Action) -> ShownLink:
    [link] = links_of_action(Action.objects.get(pk=action.pk), now=NOW)
    return link


def resolved_action(**definition) -> Action:
    """An action whose one link is stored as it is."""
    make.make_definition(**definition)
    action = make.make_action()
    resolve(make.unit_of(action))
    return action


def edit(**fields) -> None:
    LinkDefinition.objects.update(change=next_change(), **fields)


def test_it_shows_what_is_stored():
    action = resolved_action(group="Logs", tool=make.make_tool(kind="x"))
    link = only(action)
    assert (link.project, link.domain, link.run, link.action) == (
        "flytesnacks",
        "development",
        "r7",
        "a0",
    )
    assert (link.url, link.state) == ("https://tools.example.com/dashboard/r7", "ready")
    assert (link.tool, link.group, link.origin, link.updating) == (
        "grafana",
        "Logs",
        "instance",
        False,
    )
    assert link.resolved_at == Link.objects.get().resolved_at


def test_it_shows_what_was_never_resolved():
    make.make_definition()
    link = only(make.make_action())
    assert (link.state, link.updating, link.resolved_at) == ("ready", True, None)


def test_it_follows_an_edit_at_once():
    action = resolved_action()
    edit(template="https://new.example.com/{{.runName}}")
    link = only(action)
    assert (link.url, link.updating) == ("https://new.example.com/r7", True)


def test_it_does_not_mark_what_an_edit_leaves_as_it_was():
    action = resolved_action()
    next_change()
    assert not only(action).updating


def test_it_follows_a_new_fact_at_once():
    action = resolved_action(template="https://x.example.com/{{.podName}}")
    make.make_pod(make.make_attempt(action))
    mark([make.unit_of(action)])
    assert only(action).url == "https://x.example.com/r7-a0-0"


def test_it_shows_nothing_of_a_deleted_definition():
    action = resolved_action()
    edit(deleted=True)
    assert links_of_action(action, now=NOW) == []


def test_it_moves_an_open_end_with_time():
    action = resolved_action(template="https://x.example.com/?to={{.endTime|epoch}}")
    link = only(action)
    assert link.url == f"https://x.example.com/?to={int(NOW.timestamp())}"
    assert not link.updating


def test_it_lets_a_link_expire():
    make.make_definition(ttl=timedelta(minutes=1))
    run = make.make_run(phase="succeeded", ended_at=make.CREATED + timedelta(minutes=2))
    action = make.make_action(run)
    resolve(make.unit_of(action))
    Link.objects.update(state="ready", url="https://x.example.com")
    link = only(action)
    assert (link.state, link.url, link.updating) == ("expired", None, False)


def test_it_blocks_a_stored_url_that_the_policy_no_longer_allows(settings):
    action = resolved_action()
    settings.LINKHUB_ADMIN_HOSTS = ["*.intern.example.com"]
    link = only(action)
    assert (link.state, link.url) == ("blocked", None)
    assert link.reason.startswith("host: ")


def python_action(**stored) -> Action:
    """An action with a stored Python link, and nothing pending."""
    action = resolved_action(provider="python_link", params=CLASS)
    fields = {"state": "ready", "url": "https://board.example.com/1", "host_origin": "variable"}
    Link.objects.update(**(fields | stored))
    Pending.objects.all().delete()
    return action


@pytest.fixture
def _board_allowed(settings) -> None:
    settings.LINKHUB_VARIABLE_HOSTS = ["board.example.com"]


@pytest.mark.usefixtures("_board_allowed")
def test_it_shows_the_last_answer_of_a_python_class():
    action = python_action()
    assert (only(action).url, only(action).updating) == ("https://board.example.com/1", False)


@pytest.mark.usefixtures("_board_allowed")
def test_it_marks_the_last_answer_of_a_python_class_after_an_edit():
    action = python_action()
    edit(group="Boards")
    link = only(action)
    assert (link.url, link.group, link.updating) == ("https://board.example.com/1", "Boards", True)


@pytest.mark.usefixtures("_board_allowed")
def test_it_marks_the_last_answer_while_the_class_is_to_run_again():
    action = python_action()
    mark([make.unit_of(action)], lane=Pending.Lane.PYTHON)
    assert only(action).updating


def test_it_blocks_the_last_answer_that_the_policy_no_longer_allows():
    action = python_action()
    edit(group="Boards")
    assert (only(action).state, only(action).url) == ("blocked", None)


@pytest.mark.usefixtures("_board_allowed")
def test_it_decides_the_lifecycle_of_a_python_link_without_running_it():
    action = python_action()
    edit(hide_once_finished=True)
    Action.objects.update(phase="succeeded", ended_at=make.ENDED)
    assert (only(action).state, only(action).url) == ("hidden", None)


def test_it_lets_a_python_link_wait_that_never_ran():
    make.make_definition(provider="python_link", params=CLASS)
    link = only(make.make_action())
    assert (link.state, link.reason, link.updating) == ("waiting", "updating", True)


def test_it_shows_the_links_of_a_project():
    make.make_definition("home", level="project", template="https://x.example.com/{{.project}}")
    project = make.make_project()
    [link] = links_of_project(project, now=NOW)
    assert link.url == "https://x.example.com/flytesnacks"
    assert (link.run, link.level) == (None, "project")


def test_it_orders_by_group_position_and_name_then_newest_attempt_and_primary_pod():
    make.make_definition("b", level="pod", position=1)
    make.make_definition("c", position=1)
    make.make_definition("a", position=2)
    make.make_definition("z", group="-")
    action = make.make_action()
    for number in (1, 2):
        attempt = make.make_attempt(action, number)
        make.make_pod(attempt, "side", primary=False)
        make.make_pod(attempt, "zmain")
    shown = [(link.key, link.attempt, link.pod) for link in links_of_action(action, now=NOW)]
    assert shown == [
        ("b", 2, "zmain"),
        ("b", 2, "side"),
        ("b", 1, "zmain"),
        ("b", 1, "side"),
        ("c", None, None),
        ("a", None, None),
        ("z", None, None),
    ]
    resolve(make.unit_of(action))
    stored = [(link.key, link.attempt, link.pod) for link in links_of_action(action, now=NOW)]
    assert stored == shown


def test_it_shows_a_run_before_its_actions():
    make.make_definition("board", level="run")
    make.make_definition("logs")
    run = make.make_run()
    make.make_action(run, "b")
    make.make_action(run, "a", parent="b")
    links = [(link.key, link.action) for link in links_of_run(run, now=NOW)]
    assert links == [("board", None), ("logs", "a"), ("logs", "b")]


def test_it_shows_lists_with_each_run_and_its_root():
    make.make_definition("board", level="run")
    make.make_definition("logs")
    runs = [make.make_run(name) for name in ("r1", "r2")]
    for run in runs:
        make.make_action(run)
        make.make_action(run, "x1", parent="a0")
    found = links_of_runs(runs, now=NOW)
    shown = {
        pk: [(each.key, each.run, each.action) for each in links] for pk, links in found.items()
    }
    assert shown == {run.pk: [("board", run.name, None), ("logs", run.name, "a0")] for run in runs}


def make_runs(number: int, *, resolved: bool) -> list[Run]:
    make.make_definition("board", level="run")
    make.make_definition("pod", level="pod")
    for one in range(number):
        run = make.make_run(f"r{one}")
        for name in ("a0", "x1"):
            attempt = make.make_attempt(make.make_action(run, name))
            make.make_pod(attempt, f"{name}-0")
            make.make_pod(attempt, f"{name}-1", primary=False)
        if resolved:
            resolve(make.unit_of(run), *map(make.unit_of, run.actions.all()))
    return list(Run.objects.all())


@pytest.mark.parametrize("number", [2, 4])
@pytest.mark.parametrize(("resolved", "queries"), [(True, 4), (False, 12)])
def test_it_lists_any_number_of_runs_with_the_same_queries(
    number, resolved, queries, django_assert_num_queries
):
    runs = make_runs(number, resolved=resolved)
    links_of_runs(runs, now=NOW)
    keeper.forget()
    with django_assert_num_queries(queries):
        found = links_of_runs(runs, now=NOW)
    assert [len(links) for links in found.values()] == [3] * number


@pytest.mark.parametrize("number", [2, 4])
@pytest.mark.parametrize(("resolved", "queries"), [(True, 4), (False, 12)])
def test_it_shows_any_number_of_actions_with_the_same_queries(
    number, resolved, queries, django_assert_num_queries
):
    [run] = make_runs(1, resolved=False)
    for one in range(number):
        make.make_action(run, f"y{one}")
    if resolved:
        resolve(make.unit_of(run), *map(make.unit_of, run.actions.all()))
    links_of_run(run, now=NOW)
    keeper.forget()
    run = Run.objects.get()
    with django_assert_num_queries(queries):
        links_of_run(run, now=NOW)


def test_it_shows_pages_of_actions():
    make.make_definition()
    run = make.make_run()
    actions = [make.make_action(run, name) for name in ("a0", "x1")]
    found = links_of_actions(actions, now=NOW)
    assert {pk: len(links) for pk, links in found.items()} == {action.pk: 1 for action in actions}
