"""`load_catalogue` and `load_units`: the stores as plain data."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import override_settings

from linkhub.links.load import load_catalogue, load_units
from linkhub.links.models import LinkDefinition
from linkhub.links.resolving.facts import ActionFacts, RunFacts
from linkhub.runs.changes import next_change
from linkhub.runs.models import Action
from linkhub.runs.pending import Unit
from tests import factories as make

pytestmark = pytest.mark.django_db


def facts_of(action: Action) -> ActionFacts:
    facts = load_units([make.unit_of(action)])[make.unit_of(action)].action
    assert facts is not None
    return facts


def run_facts(run) -> RunFacts:
    facts = load_units([make.unit_of(run)])[make.unit_of(run)].run
    assert facts is not None
    return facts


def test_it_compiles_the_catalogue_once_for_a_change_value():
    make.make_definition()
    assert load_catalogue() is load_catalogue()


def test_it_compiles_the_catalogue_anew_after_a_change():
    definition = make.make_definition()
    before = load_catalogue()
    LinkDefinition.objects.filter(pk=definition.pk).update(name="New", change=next_change())
    after = load_catalogue()
    assert after.change == before.change + 1
    assert [recipe.name.source for recipe in after.recipes] == ["New"]


def test_it_compiles_the_catalogue_anew_after_a_change_of_the_settings():
    before = load_catalogue()
    with override_settings(LINKHUB_VARIABLE_HOSTS=["*.example.com"]):
        assert load_catalogue().policy.variable_hosts == ("*.example.com",)
    assert before.policy.variable_hosts == ()


def test_it_leaves_out_deleted_definitions():
    make.make_definition(deleted=True)
    assert load_catalogue().recipes == ()


def test_it_allows_the_hosts_of_tools_and_their_overrides():
    make.make_tool(overrides=[{"domain": "prod*", "base_url": "https://g.prod.example.com:8443/x"}])
    hosts = load_catalogue().policy.tool_hosts
    assert hosts == {"grafana.example.com", "g.prod.example.com:8443"}


def test_it_loads_a_project_of_its_own():
    project = make.make_project()
    facts = load_units([Unit(project.pk)])[Unit(project.pk)]
    assert (facts.project, facts.run, facts.action) == ("flytesnacks", None, None)


def test_it_loads_a_run_with_its_root_and_its_own_links():
    run = make.make_run(labels={"team": "vision"}, context={"k": "v"}, engine="flyte2")
    root = make.make_action(run)
    make.make_pod(make.make_attempt(root), node="ip-1")
    make.make_attached(run)
    make.make_attached(run, root, "other")
    facts = load_units([make.unit_of(run)])[make.unit_of(run)]
    assert facts.run is not None
    assert facts.root is not None
    assert (facts.run.workflow, facts.run.labels["team"]) == ("train_pipeline", "vision")
    assert [link.key for link in facts.run.attached] == ["notes"]
    assert facts.root.attempts[0].pods[0].node == "ip-1"


def test_it_takes_the_action_without_a_parent_as_root_a0_first():
    run = make.make_run()
    first, a0 = make.make_action(run, "zero"), make.make_action(run, "a0")
    child = make.make_action(run, "x1", parent="a0")
    assert [facts_of(action).is_root for action in (first, a0, child)] == [False, True, False]


def test_it_orders_pods_primary_first_then_by_worker_index():
    attempt = make.make_attempt()
    for name, index, primary in (("c", None, False), ("b", 1, False), ("a", 2, True)):
        make.make_pod(attempt, name, worker_index=index, primary=primary)
    [loaded] = facts_of(attempt.action).attempts
    assert [pod.name for pod in loaded.pods] == ["a", "b", "c"]


def test_it_orders_attempts_by_number():
    action = make.make_action()
    make.make_attempt(action, 2)
    make.make_attempt(action, 1)
    assert [attempt.number for attempt in facts_of(action).attempts] == [1, 2]


STATIC = {"key": "wandb", "attempt": 0, "pod": "", "name": "W&B", "url": "https://wandb.ai"}


def test_it_adds_the_static_links_of_the_task():
    run = make.make_run()
    task = make.make_task(run.project, links=[STATIC])
    action = make.make_action(run, task=task)
    make.make_attached(run, action)
    make.make_attached(run, action, "live", layer="emitted")
    found = {link.key: link.origin for link in facts_of(action).attached}
    assert found == {"wandb": "task", "notes": "override", "live": "emitted"}


def test_it_leaves_out_static_links_that_the_action_replaces():
    run = make.make_run()
    task = make.make_task(run.project, links=[STATIC])
    action = make.make_action(run, task=task, replaces_task_links=True)
    assert facts_of(action).attached == ()


def test_it_takes_the_nearest_context_and_says_whose_it_is():
    run = make.make_run(context={"k": "run"})
    make.make_action(run, "a0", context={"k": "a0"})
    make.make_action(run, "x1", parent="a0")
    child = make.make_action(run, "x2", parent="x1")
    assert (facts_of(child).context, facts_of(child).context_from) == ({"k": "a0"}, "parent a0")


def test_it_keeps_a_dropped_key_dropped():
    run = make.make_run(context={"k": "run"})
    action = make.make_action(run, context={})
    assert (facts_of(action).context, facts_of(action).context_from) == ({}, "action")


def test_it_takes_the_context_of_the_run_where_no_action_has_one():
    run = make.make_run(context={"k": "run"})
    action = make.make_action(run, "x1", parent="unseen")
    assert (facts_of(action).context, facts_of(action).context_from) == ({"k": "run"}, "run")


def test_it_counts_a_cycle_of_parents_as_no_parent():
    run = make.make_run(context={"k": "run"})
    make.make_action(run, "x1", parent="x2", context={"k": "x1"})
    action = make.make_action(run, "x2", parent="x1")
    assert facts_of(action).context == {"k": "run"}


def test_it_ends_an_action_with_the_earliest_of_what_contains_it():
    run = make.make_run(phase="failed", ended_at=make.ENDED)
    early = make.ENDED - timedelta(minutes=1)
    make.make_action(run, "a0", phase="aborted", ended_at=early)
    child = facts_of(make.make_action(run, "x1", parent="a0"))
    assert (child.container_terminal, child.container_ended_at) == (True, early)


def test_it_leaves_a_running_action_open():
    action = facts_of(make.make_action())
    assert (action.container_terminal, action.container_ended_at) == (False, None)


def test_it_leaves_out_what_is_gone():
    run = make.make_run()
    gone = [Unit(run.project_id, run.pk, 0), Unit(run.project_id, 0), Unit(0)]
    assert load_units(gone) == {}


def make_units(runs: int) -> list[Unit]:
    found = [Unit(make.make_project().pk)]
    for number in range(runs):
        run = make.make_run(f"r{number}")
        root, child = make.make_action(run), make.make_action(run, "x1", parent="a0")
        make.make_pod(make.make_attempt(child))
        make.make_attached(run, child)
        found += [make.unit_of(run), make.unit_of(root), make.unit_of(child)]
    return found


@pytest.mark.parametrize("runs", [2, 4])
def test_it_takes_the_same_number_of_queries_for_any_number(runs, django_assert_num_queries):
    units = make_units(runs)
    with django_assert_num_queries(8):
        assert len(load_units(units)) == len(units)
