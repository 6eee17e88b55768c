from datetime import timedelta
from itertools import combinations, product
from typing import Any

import pytest

from linkhub.links.resolving.facts import AttachedFacts, DefinitionSpec
from linkhub.links.resolving.layers import LAYERS, level_of
from tests.resolving.cases import (
    END,
    a_definition,
    a_pod,
    a_run_unit,
    a_unit,
    an_action,
    an_attempt,
    attached,
    by_subject,
    one,
    resolve,
)

# Highest first, as the design has it.
ORDER = ("emitted", "override", "task", "project", "instance")
OWNERS = {"project": "flytesnacks", "instance": None}


def given(*layers: str, **more: Any) -> tuple[tuple[AttachedFacts, ...], list[DefinitionSpec]]:
    """One candidate of the same key in each of the layers, each with a URL that names it."""
    links = tuple(attached(origin=layer, **more) for layer in layers if layer not in OWNERS)
    definitions = [
        a_definition(template=f"https://{layer}.test/", project=OWNERS[layer], **more)
        for layer in dict.fromkeys(layers)
        if layer in OWNERS
    ]
    return links, definitions


def test_it_has_the_layers_of_the_design() -> None:
    assert LAYERS == ORDER


@pytest.mark.parametrize(("one_layer", "other"), [*product(ORDER, ORDER)])
def test_the_higher_layer_wins(one_layer: str, other: str) -> None:
    links, definitions = given(one_layer, other)
    link = one(a_unit(an_action(attached=links)), *definitions)
    winner = min(one_layer, other, key=ORDER.index)
    assert (link.layer, link.url, link.state) == (winner, f"https://{winner}.test/", "ready")


def test_it_wins_over_all_layers_at_once_wherever_it_stands_in_the_list() -> None:
    links, definitions = given(*reversed(ORDER))
    unit = a_unit(an_action(attached=links))
    assert one(unit, *definitions).layer == "emitted"
    assert one(unit, *reversed(definitions)).layer == "emitted"


LOSERS = {
    "hidden": {"hide_once_finished": True},
    "expired": {"ttl": timedelta(seconds=1)},
    "missing": {"template": "https://x.test/{{ .nodeName }}"},
    "blocked": {"template": "javascript:alert(1)"},
    "failed": {"provider": "no_such_provider", "template": ""},
}


@pytest.mark.parametrize("state", LOSERS)
def test_nothing_falls_back_because_of_the_state(state: str) -> None:
    facts = {"template": "https://x.test/", "project": "flytesnacks"} | LOSERS[state]
    unit = a_unit(an_action(phase="succeeded", ended_at=END))
    link = one(unit, a_definition(**facts), a_definition())
    assert (link.state, link.layer) == (state, "project")


@pytest.mark.parametrize(
    "out",
    [
        {"enabled": False},
        {"select": {"workflow": "other"}},
        {"select": {"phase": "failed"}},
        {"select": {"labels": {"team": "x"}}},
        {"when": {"all": [{"variable": "podName", "op": "exists"}]}},
    ],
    ids=["disabled", "workflow", "phase", "labels", "rule"],
)
def test_a_layer_that_does_not_take_part_leaves_the_key_to_the_next(out: dict[str, Any]) -> None:
    own = a_definition(project="flytesnacks", template="https://own.test/", **out)
    assert one(a_unit(), own, a_definition()).layer == "instance"


def test_an_undecidable_rule_takes_part() -> None:
    own = a_definition(project="flytesnacks", when={"all": ["nonsense"]})
    link = one(a_unit(), own, a_definition())
    assert (link.state, link.layer) == ("failed", "project")


def test_the_definition_of_another_project_takes_no_part() -> None:
    assert resolve(a_unit(), a_definition(project="other")) == []


def test_links_of_one_name_and_different_keys_both_show() -> None:
    links = resolve(a_unit(), a_definition("a", name="Logs"), a_definition("b", name="Logs"))
    assert [(link.key, link.name) for link in links] == [("a", "Logs"), ("b", "Logs")]


@pytest.mark.parametrize(("first", "second"), [*combinations(ORDER[:3], 2)])
def test_the_identity_of_every_layer_is_key_attempt_and_pod(first: str, second: str) -> None:
    links = (attached(origin=first, attempt=1), attached(origin=second, attempt=2))
    attempts = (an_attempt(1), an_attempt(2))
    unit = a_unit(an_action(attached=links, attempts=attempts))
    assert by_subject(resolve(unit)) == {
        ("attempt", 1, None): f"https://{first}.test/",
        ("attempt", 2, None): f"https://{second}.test/",
    }


def test_the_same_key_on_another_level_is_another_link() -> None:
    attempt = an_attempt(1, a_pod("p"))
    unit = a_unit(an_action(attached=(attached(),), attempts=(attempt,)))
    links = resolve(unit, a_definition(level="pod"), a_definition(level="attempt"))
    assert [link.level for link in links] == ["action", "attempt", "pod"]


def test_what_names_its_attempt_wins_over_what_is_for_all_in_the_same_layer() -> None:
    links = (
        attached(level="attempt", url="https://all.test/", position=0),
        attached(attempt=2, url="https://second.test/", position=1),
    )
    unit = a_unit(an_action(attached=links, attempts=(an_attempt(1), an_attempt(2))))
    assert by_subject(resolve(unit)) == {
        ("attempt", 1, None): "https://all.test/",
        ("attempt", 2, None): "https://second.test/",
    }


@pytest.mark.parametrize(
    ("home", "facts", "level"),
    [
        ("run", {}, "run"),
        ("run", {"level": "action"}, "action"),
        ("run", {"attempt": 1}, "attempt"),
        ("run", {"pod": "p"}, "pod"),
        ("action", {}, "action"),
        ("action", {"level": "run"}, "action"),
        ("action", {"level": "pod"}, "pod"),
        ("action", {"attempt": 2}, "attempt"),
        ("action", {"attempt": 2, "level": "pod"}, "pod"),
        ("action", {"attempt": 2, "level": "action"}, "attempt"),
        ("action", {"pod": "p", "level": "attempt"}, "pod"),
    ],
)
def test_an_attached_link_has_a_level(home: str, facts: dict[str, Any], level: str) -> None:
    assert level_of(attached(**facts), home) == level


def test_what_a_run_has_for_its_actions_is_below_their_own_of_the_same_layer() -> None:
    of_run = (attached(level="action", url="https://run.test/"),)
    own = (attached(url="https://own.test/"),)
    assert one(a_unit(an_action(), attached=of_run)).url == "https://run.test/"
    assert one(a_unit(an_action(attached=own), attached=of_run)).url == "https://own.test/"


def test_what_a_run_has_for_its_actions_is_not_on_the_run() -> None:
    of_run = (attached("a", level="action"), attached("b"))
    assert [link.key for link in resolve(a_run_unit(attached=of_run))] == ["b"]
    assert [link.key for link in resolve(a_unit(attached=of_run))] == ["a"]
