"""Storing outcomes: only what changed, only under a claim that still holds."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from linkhub.links import work
from linkhub.links.claims import claim
from linkhub.links.load import load_catalogue, load_units
from linkhub.links.models import Link, LinkDefinition, Resolved
from linkhub.links.outcomes import Outcome, outcome_of
from linkhub.links.write import store, store_python
from linkhub.runs.changes import next_change
from linkhub.runs.models import Action, Pending, Run
from linkhub.runs.pending import Unit, mark
from tests import factories as make

pytestmark = pytest.mark.django_db
MAIN, PYTHON = Pending.Lane.MAIN, Pending.Lane.PYTHON
NOW = make.STARTED
CLASS = {"class": "tests.links.flyte_links:Board"}


def resolved_now(unit: Unit, lane: Pending.Lane = MAIN) -> Outcome:
    """What a worker has in hand just before it writes."""
    mark([unit], lane=lane)
    [claimed] = claim(lane, 1)
    return outcome_of(claimed, load_units([unit])[unit], load_catalogue(), NOW)


def resolve(*units: Unit) -> None:
    mark(units)
    work.drain(MAIN, seconds=10)


def links() -> dict[str, tuple[str, str]]:
    return {link.key: (link.state, link.url) for link in Link.objects.all()}


def test_it_stores_the_links_of_an_action():
    definition = make.make_definition(tool=make.make_tool(kind="x"), group="Logs")
    action = make.make_action()
    resolve(make.unit_of(action))
    link = Link.objects.get()
    assert (link.project, link.run, link.action) == (action.run.project, action.run, action)
    assert (link.url, link.state) == ("https://tools.example.com/dashboard/r7", "ready")
    assert (link.definition, link.tool, link.group) == (definition, definition.tool, "Logs")
    assert link.run_created == make.CREATED
    assert not Pending.objects.exists()


def test_it_stores_the_links_of_a_project_and_of_a_run():
    make.make_definition("home", level="project", template="https://x.example.com/{{.project}}")
    make.make_definition("board", level="run")
    run = make.make_run()
    resolve(make.unit_of(run), make.unit_of(run.project))
    assert set(links()) == {"home", "board"}
    assert Link.objects.get(key="home").run is None


def test_it_stores_a_link_for_each_pod():
    make.make_definition("pod", level="pod", template="https://x.example.com/{{.podName}}")
    attempt = make.make_attempt()
    pods = [make.make_pod(attempt, name) for name in ("p-0", "p-1")]
    resolve(make.unit_of(attempt.action))
    assert {(link.attempt, link.pod) for link in Link.objects.all()} == {
        (attempt, pod) for pod in pods
    }


def test_it_stores_what_a_link_waits_for():
    make.make_definition(template="https://x.example.com/{{.podName}}")
    resolve(make.unit_of(make.make_action()))
    link = Link.objects.get()
    assert (link.state, link.url, link.missing) == ("waiting", "", ["podName"])
    assert link.url_digest is None


def test_it_notes_the_change_value_that_was_read():
    change = make.make_definition().change
    unit = make.unit_of(make.make_action())
    resolve(unit)
    row = Resolved.objects.get()
    assert (row.run_id, row.action_id, row.change) == (unit.run_id, unit.action_id, change)


def moments() -> dict[str, datetime]:
    return dict(Link.objects.values_list("key", "resolved_at"))


def test_it_leaves_unchanged_links_alone():
    make.make_definition("same")
    make.make_definition("other", template="https://x.example.com/{{.podName}}")
    attempt = make.make_attempt()
    resolve(make.unit_of(attempt.action))
    before = moments()
    make.make_pod(attempt)
    resolve(make.unit_of(attempt.action))
    after = moments()
    assert after["same"] == before["same"]
    assert after["other"] > before["other"]


def test_it_leaves_an_open_end_alone_that_only_time_moved():
    make.make_definition(template="https://x.example.com/?to={{.endTime|epoch}}")
    action = make.make_action()
    first = resolved_now(make.unit_of(action))
    catalogue = load_catalogue()
    facts = load_units([make.unit_of(action)])[make.unit_of(action)]
    later = outcome_of(first.claimed, facts, catalogue, datetime(2026, 2, 1, tzinfo=UTC))
    [one], [two] = first.rows.values(), later.rows.values()
    assert one["url"] != two["url"]
    assert one["digest"] == two["digest"]


def test_it_deletes_links_that_no_longer_apply():
    definition = make.make_definition()
    make.make_definition("kept")
    action = make.make_action()
    resolve(make.unit_of(action))
    LinkDefinition.objects.filter(pk=definition.pk).update(enabled=False, change=next_change())
    resolve(make.unit_of(action))
    assert set(links()) == {"kept"}


def test_it_leaves_the_links_of_other_units_alone():
    make.make_definition()
    run = make.make_run()
    actions = [make.make_action(run), make.make_action(run, "x1")]
    resolve(*map(make.unit_of, actions))
    LinkDefinition.objects.update(select={"project": "other"}, change=next_change())
    resolve(make.unit_of(actions[0]), make.unit_of(run))
    assert [link.action for link in Link.objects.all()] == [actions[1]]


def test_it_gives_a_row_back_that_was_marked_meanwhile():
    make.make_definition()
    unit = make.unit_of(make.make_action())
    outcome = resolved_now(unit)
    mark([unit])
    assert store([outcome], change=1) == 1
    row = Pending.objects.get()
    assert (row.claim, row.claimed_until, row.attempts) == (None, None, 0)
    assert len(links()) == 1


def test_it_drops_the_outcome_of_an_expired_claim():
    make.make_definition()
    outcome = resolved_now(make.unit_of(make.make_action()))
    Pending.objects.update(claim=outcome.claimed.claim + 1)
    assert store([outcome], change=1) == 0
    assert links() == {}
    assert Pending.objects.exists()


def test_it_drops_the_outcome_of_a_row_that_was_deleted_and_made_again():
    make.make_definition()
    unit = make.unit_of(make.make_action())
    outcome = resolved_now(unit)
    Pending.objects.all().delete()
    mark([unit])
    assert store([outcome], change=1) == 0
    assert Pending.objects.get().claim is None


def test_it_drops_what_is_gone_and_stores_the_rest():
    make.make_definition()
    gone, kept = make.make_action(make.make_run("gone")), make.make_action(make.make_run("kept"))
    outcomes = [resolved_now(make.unit_of(action)) for action in (gone, kept)]
    Run.objects.filter(name="gone").delete()
    assert store(outcomes, change=1) == 1
    assert [link.action for link in Link.objects.all()] == [kept]


def test_it_forgets_a_tool_that_was_deleted_meanwhile():
    tool = make.make_tool(kind="x")
    definition = make.make_definition(tool=tool)
    outcome = resolved_now(make.unit_of(make.make_action()))
    LinkDefinition.objects.filter(pk=definition.pk).update(tool=None)
    tool.delete()
    store([outcome], change=1)
    assert Link.objects.get().tool is None


def python_action() -> Action:
    make.make_definition(provider="python_link", params=CLASS)
    return make.make_action()


def test_it_hands_python_links_over():
    action = python_action()
    resolve(make.unit_of(action))
    row = Pending.objects.get()
    assert (row.lane, row.action) == ("python", action)
    link = Link.objects.get()
    assert (link.state, link.reason, link.url) == ("waiting", "updating", "")


def stored_python_link(action: Action, **fields) -> Link:
    resolve(make.unit_of(action))
    Link.objects.update(**({"state": "ready", "url": "https://board.example.com/1"} | fields))
    return Link.objects.get()


def test_it_keeps_what_a_python_class_gave_until_it_has_run_again():
    action = python_action()
    before = stored_python_link(action)
    resolve(make.unit_of(action))
    after = Link.objects.get()
    assert (after.url, after.resolved_at) == (before.url, before.resolved_at)


def test_it_lets_a_python_link_wait_that_was_hidden():
    action = python_action()
    stored_python_link(action, state="hidden", url="")
    resolve(make.unit_of(action))
    assert links() == {"dashboard": ("waiting", "")}


def test_it_voids_the_python_lane_where_nothing_is_left_for_it():
    action = python_action()
    resolve(make.unit_of(action))
    LinkDefinition.objects.update(hide_once_finished=True, change=next_change())
    Action.objects.update(phase="succeeded", ended_at=make.ENDED)
    resolve(make.unit_of(action))
    assert links()["dashboard"][0] == "hidden"
    assert not Pending.objects.exists()


def test_it_writes_from_the_python_lane_only_what_is_still_there():
    action = python_action()
    unit = make.unit_of(action)
    resolve(unit)
    outcome = resolved_now(unit, PYTHON)
    Link.objects.all().delete()
    assert store_python(outcome)
    assert links() == {}
    assert not Pending.objects.exists()
