from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkhub.links.resolving.explain import Explanation, explain_unit
from linkhub.links.resolving.facts import ActionFacts, Subject, UnitFacts
from linkhub.links.resolving.resolve import resolve_unit
from tests.resolving.cases import (
    END,
    NOW,
    PROJECT_UNIT,
    START,
    a_catalogue,
    a_definition,
    a_pod,
    a_run_unit,
    a_tool,
    a_unit,
    an_action,
    an_attempt,
    attached,
)


def explain(unit: UnitFacts, *definitions: Any, **more: Any) -> list[Explanation]:
    return explain_unit(unit, a_catalogue(*definitions, **more), now=NOW)


def the_only(unit: UnitFacts, *definitions: Any, **more: Any) -> Explanation:
    (explanation,) = explain(unit, *definitions, **more)
    return explanation


WAITS = {"template": "https://x.test/{{ .context.never }}"}


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"enabled": False}, "It is disabled."),
        (
            {"select": {"workflow": "eval*"}},
            "Not selected: workflow is `train_pipeline`, not `eval*`.",
        ),
        ({"select": {"phase": "failed"}}, "Not selected: phase is `running`, not `failed`."),
        (
            {"when": {"all": [{"variable": "podName", "op": "exists"}]}},
            "Its rules do not hold: podName exists.",
        ),
    ],
)
def test_it_says_why_a_definition_takes_no_part(facts: dict[str, Any], why: str) -> None:
    explanation = the_only(a_unit(), a_definition(**facts))
    assert (explanation.takes_part, explanation.wins, explanation.link) == (False, False, None)
    assert explanation.why == why


def test_it_says_which_layer_won() -> None:
    unit = a_unit(an_action(attached=(attached(),)))
    won, lost = explain(unit, a_definition())
    assert (won.layer, won.wins, won.why) == ("override", True, "")
    assert (lost.layer, lost.takes_part, lost.wins, lost.winner) == (
        "instance",
        True,
        False,
        "override",
    )
    assert lost.why == "The override layer wins this key."


def test_it_says_so_where_a_link_of_the_same_layer_won() -> None:
    links = (attached(level="attempt"), attached(attempt=1))
    unit = a_unit(an_action(attached=links, attempts=(an_attempt(1),)))
    assert [each.why for each in explain(unit)] == [
        "",
        "Another link of the same layer wins this key.",
    ]


def test_it_says_what_came_out() -> None:
    explanation = the_only(a_unit(), a_definition(**WAITS))
    assert explanation.link is not None
    assert (explanation.wins, explanation.link.state) == (True, "waiting")
    assert explanation.link.reason == "Waiting for context.never."


def test_it_says_which_rule_could_not_be_decided() -> None:
    explanation = the_only(a_unit(), a_definition(when={"all": ["nonsense"]}))
    assert explanation.takes_part
    assert explanation.link is not None
    assert "all[0]" in explanation.link.reason


# Where values come from.

POD = a_pod("p", namespace="", started_at=None)
FULL = an_action(
    labels={"team": "nlp"},
    context={"id": "c"},
    context_from="parent a0",
    task_config={"host": "h"},
    attempts=(an_attempt(2, POD, started_at=START, variables={"agentID": "ag", "hostname": "x"}),),
)


@pytest.mark.parametrize(
    ("variable", "value", "origin"),
    [
        ("project", "flytesnacks", "project flytesnacks"),
        ("runName", "r7", "run r7"),
        ("actionName", "x1", "action x1"),
        ("attempt", "2", "attempt 2"),
        ("podName", "p", "pod p"),
        ("podUID", None, "pod p"),
        ("namespace", "ml-dev", "run r7"),
        ("cluster", "cpu", "run r7"),
        ("podUnixStartTime", "1767607200", "attempt 2"),
        ("podRFC3339StartTime", "2026-01-05T10:00:00Z", "attempt 2"),
        ("podUnixFinishTime", "1767614400 (now)", "pod p"),
        ("agentID", "ag", "attempt 2's own variables"),
        ("hostname", "x", "attempt 2's own variables"),
        ("variables.odd", None, "attempt 2's own variables"),
        ("phase", "running", "action x1"),
        ("context.id", "c", "context of parent a0"),
        ("context.never", None, "context of parent a0"),
        ("labels.team", "nlp", "label of action x1"),
        ("labels.cost", "1", "label of run r7"),
        ("taskConfig.host", "h", "task configuration of action x1"),
        ("tool.base_url", "https://grafana.test", "tool grafana, override for cluster cpu"),
    ],
)
def test_it_says_where_a_value_comes_from(variable: str, value: str | None, origin: str) -> None:
    unit = a_unit(FULL, labels={"team": "vision", "cost": "1"}, cluster="cpu")
    tools = (a_tool(overrides=({"cluster": "cpu"},)),)
    template = f"https://x.test/{{{{ .{variable} }}}}"
    if variable == "tool.base_url":
        template = "{{ .tool.base_url }}/"
    definition = a_definition(template=template, tool="grafana")
    (used,) = the_only(unit, definition, tools=tools).variables
    assert (used.name, used.value, used.origin) == (variable, value, origin)


def test_it_lists_what_rules_name_parameters_and_providers_read() -> None:
    definition = a_definition(
        name="{{ .taskID }}",
        provider="wandb_run",
        params={"entity": "{{ .labels.team }}", "project": "cats"},
        when={"any": [{"variable": "executionDomain", "op": "exists"}]},
    )
    explanation = the_only(a_unit(labels={"team": "vision"}), definition)
    assert [each.name for each in explanation.variables] == [
        "executionDomain",
        "labels.team",
        "taskID",
        "runName",
        "actionName",
    ]


def test_it_lists_what_a_provider_lacks() -> None:
    explanation = the_only(a_unit(), a_definition(provider="wandb_run"))
    assert [(each.name, each.value) for each in explanation.variables] == [
        ("context.wandb_project", None),
        ("context.wandb_entity", None),
    ]


@pytest.mark.parametrize(
    ("run", "root", "origin"),
    [
        ({"a": "1"}, {"a": "2"}, "context of run r7"),
        ({}, {"a": "2"}, "context of action x1"),
    ],
)
def test_it_says_whose_context_a_run_reads(
    run: dict[str, str], root: dict[str, str], origin: str
) -> None:
    unit = a_run_unit(an_action(context=root, context_from="action"), context=run)
    definition = a_definition(level="run", template="https://x.test/{{ .context.a }}")
    assert the_only(unit, definition).variables[0].origin == origin


# What has no subject yet.


@pytest.mark.parametrize(
    ("action", "definitions", "why"),
    [
        (an_action(), [a_definition(level="attempt")], "No attempt is recorded yet."),
        (an_action(), [a_definition(level="pod")], "No pod is recorded yet."),
        (
            an_action(),
            [a_definition(level="pod", select={"task": "x"})],
            "Not selected: task is `train_model`, not `x`.",
        ),
        (an_action(), [a_definition(level="pod", enabled=False)], "It is disabled."),
        (an_action(attached=(attached(pod="p"),)), [], "No pod p is recorded."),
        (
            an_action(attached=(attached(pod="p", attempt=3),)),
            [],
            "No pod p of attempt 3 is recorded.",
        ),
        (
            an_action(attached=(attached(attempt=3),)),
            [],
            "Attempt 3 is not recorded, or has no pod yet.",
        ),
        (an_action(attached=(attached(level="pod"),)), [], "No pod is recorded yet."),
    ],
)
def test_it_says_why_there_is_no_subject(
    action: ActionFacts, definitions: list[Any], why: str
) -> None:
    explanation = the_only(a_unit(action), *definitions)
    assert (explanation.takes_part, explanation.why) == (False, why)


def test_it_names_the_subject_that_is_not_there() -> None:
    unit = a_unit(an_action(attached=(attached(pod="p", attempt=3),)))
    assert the_only(unit).subject == Subject("pod", 3, None, "p")


def test_it_says_of_a_run_what_is_for_its_actions() -> None:
    unit = a_run_unit(attached=(attached(level="action"),))
    assert the_only(unit).why == "It is for the run's actions."


def test_it_explains_one_key_alone() -> None:
    catalogue = a_catalogue(a_definition("a"), a_definition("b"), a_definition("c", level="pod"))
    keys = [each.key for each in explain_unit(a_unit(), catalogue, now=NOW, key="b")]
    assert keys == ["b"]


def test_it_does_not_tell_of_another_projects_definitions() -> None:
    assert explain(a_unit(), a_definition(project="other")) == []


def test_it_explains_a_project() -> None:
    explanation = the_only(PROJECT_UNIT, a_definition(level="project", **WAITS))
    assert explanation.link is not None
    assert explanation.link.state == "waiting"


# No link is ever missing without a reason.

KEYS = st.sampled_from(["a", "b"])
TEMPLATES = st.sampled_from(
    [
        "https://x.test/",
        "https://x.test/{{ .podName }}",
        "https://x.test/{{ .context.id }}",
        "{{ .context.id }}/",
        "https://x.test/{{ nonsense }}",
        "ftp://x.test/{{ .runName }}",
        "https://x.test/?e={{ .endTime | epoch }}",
    ]
)
SELECTS = st.sampled_from(
    [{}, {"phase": "failed"}, {"task": "train*"}, {"task": "x"}, {"labels": {"t": "v"}}, {"q": 1}]
)
WHENS = st.sampled_from(
    [
        {},
        {"all": [{"variable": "podName", "op": "exists"}]},
        {"any": [{"variable": "attempt", "op": "lt", "value": 2}]},
        {"all": [{"variable": "nonsense", "op": "exists"}]},
    ]
)
TTLS = st.sampled_from([None, END - START, NOW - START + (NOW - START)])
LEVELS = st.sampled_from(["project", "run", "action", "attempt", "pod"])
DEFINITIONS = st.lists(
    st.builds(
        a_definition,
        KEYS,
        level=LEVELS,
        template=TEMPLATES,
        select=SELECTS,
        when=WHENS,
        ttl=TTLS,
        enabled=st.booleans(),
        project=st.sampled_from([None, "flytesnacks", "other"]),
        show_while_pending=st.booleans(),
        hide_once_finished=st.booleans(),
    ),
    max_size=6,
    unique_by=lambda definition: (definition.project, definition.key),
)
ATTACHED = st.lists(
    st.builds(
        attached,
        KEYS,
        st.sampled_from(["task", "override", "emitted"]),
        url=TEMPLATES,
        level=st.sampled_from([None, "action", "attempt", "pod"]),
        attempt=st.sampled_from([0, 1, 2, 3]),
        pod=st.sampled_from(["", "", "p", "q"]),
    ),
    max_size=4,
).map(tuple)
PHASES = st.sampled_from([None, "queued", "running", "failed", "succeeded"])
PODS = st.lists(
    st.builds(a_pod, st.sampled_from("pq"), ended_at=st.sampled_from([None, END])),
    max_size=2,
    unique_by=lambda pod: pod.name,
)
ATTEMPTS = st.lists(
    st.builds(
        lambda number, pods, phase: an_attempt(number, *pods, phase=phase),
        st.integers(1, 3),
        PODS,
        PHASES,
    ),
    max_size=3,
    unique_by=lambda attempt: attempt.number,
)
ACTIONS = st.builds(
    lambda phase, ended, attempts, links, context: an_action(
        phase=phase,
        ended_at=ended,
        attempts=tuple(sorted(attempts, key=lambda each: each.number)),
        attached=links,
        context=context,
    ),
    PHASES,
    st.sampled_from([None, END]),
    ATTEMPTS,
    ATTACHED,
    st.sampled_from([{}, {"id": "x"}, {"id": ".."}]),
)
UNITS = st.one_of(
    st.just(PROJECT_UNIT),
    st.builds(lambda root, links: a_run_unit(root, attached=links), ACTIONS, ATTACHED),
    st.builds(lambda action, links: a_unit(action, attached=links), ACTIONS, ATTACHED),
)


@settings(max_examples=300, deadline=None)
@given(UNITS, DEFINITIONS)
def test_it_agrees_with_what_is_resolved(unit: UnitFacts, definitions: list[Any]) -> None:
    catalogue = a_catalogue(*definitions)
    links = resolve_unit(unit, catalogue, now=NOW)
    won = [each for each in explain_unit(unit, catalogue, now=NOW) if each.wins]
    by_identity = {(each.subject, each.key): each.link for each in won}
    assert len(by_identity) == len(won) == len(links)
    assert by_identity == {(link.subject, link.key): link for link in links}


@settings(max_examples=300, deadline=None)
@given(UNITS, DEFINITIONS)
def test_no_link_is_missing_without_a_reason(unit: UnitFacts, definitions: list[Any]) -> None:
    explanations = explain(unit, *definitions)
    for each in explanations:
        if not each.wins:
            assert each.why
            assert each.link is None
        else:
            assert each.link is not None
            assert (each.link.state == "ready") is not bool(each.link.reason)
    explained = {(each.level, each.key, each.layer) for each in explanations}
    levels = (
        {"project"} if unit.run is None else {"run"} if unit.action is None else LEVELS_OF_ACTION
    )
    wanted = {
        (each.level, each.key, "instance" if each.project is None else "project")
        for each in definitions
        if each.level in levels and each.project != "other"
    }
    assert wanted <= explained


LEVELS_OF_ACTION = {"action", "attempt", "pod"}
