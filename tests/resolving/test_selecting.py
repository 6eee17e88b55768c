from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkhub.links.resolving.selecting import (
    SelectError,
    Selector,
    anything,
    compile_globs,
)
from tests.resolving.cases import a_definition, a_run_unit, a_unit, an_action, resolve

NAMES = {
    "project": "flytesnacks",
    "domain": "development",
    "workflow": "train_pipeline",
    "task": "train_model",
}


@pytest.mark.parametrize(
    ("globs", "text", "matches"),
    [
        (("train",), "train", True),
        (("train",), "Train", False),
        (("train",), "trains", False),
        (("train*",), "train_model", True),
        (("train*",), "pretrain", False),
        (("*model",), "train_model", True),
        (("t?st",), "test", True),
        (("t[ae]st",), "test", True),
        (("t[!ae]st",), "test", False),
        (("a", "b*"), "bc", True),
        (("a", "b*"), "a", True),
        (("a", "b*"), "c", False),
        (("a.c",), "abc", False),
        (("*",), "", True),
        (("[",), "[", True),
    ],
)
def test_it_matches_globs(globs: tuple[str, ...], text: str, matches: bool) -> None:
    assert bool(compile_globs(globs)(text)) is matches


def test_it_takes_a_star_as_no_restriction() -> None:
    assert compile_globs(("x", "*")) is anything
    assert compile_globs(()) is anything


def test_it_is_not_slow_on_a_hostile_name() -> None:
    assert not compile_globs(("*a" * 60 + "b",))("a" * 255)


@given(st.text(max_size=50))
def test_it_matches_every_name_by_itself_where_it_has_no_magic(text: str) -> None:
    if not set(text) & set("*?["):
        assert compile_globs((text,))(text)


@pytest.mark.parametrize(
    ("select", "selected"),
    [
        ({}, True),
        ({"project": "flyte*"}, True),
        ({"project": "other"}, False),
        ({"domain": ["production", "development"]}, True),
        ({"domain": ["production", "staging"]}, False),
        ({"workflow": "train*", "task": "train*"}, True),
        ({"workflow": "train*", "task": "eval*"}, False),
        ({"task": ""}, True),
        ({"task": []}, True),
        ({"phase": "running"}, True),
        ({"phase": ["succeeded", "failed"]}, False),
        ({"labels": {"team": "vision"}}, True),
        ({"labels": {"team": ["nlp", "vis*"]}}, True),
        ({"labels": {"team": "nlp"}}, False),
        ({"labels": {"team": "*"}}, True),
        ({"labels": {"owner": "*"}}, False),
        ({"labels": {"team": "vision", "owner": "ana"}}, False),
    ],
)
def test_it_selects(select: dict[str, Any], selected: bool) -> None:
    unit = a_unit(labels={"team": "vision"})
    assert bool(resolve(unit, a_definition(select=select))) is selected
    selector = Selector.compile(select)
    assert (not selector.why_not(NAMES, "running", {"team": "vision"})) is selected


def test_it_selects_a_run_by_the_task_of_its_root() -> None:
    definition = a_definition(level="run", select={"task": "main"})
    assert resolve(a_run_unit(an_action(name="a0", task="main")), definition)
    assert not resolve(a_run_unit(an_action(name="a0", task="other")), definition)


def test_it_puts_the_labels_of_the_action_on_top_of_those_of_the_run() -> None:
    action = an_action(labels={"team": "nlp"})
    unit = a_unit(action, labels={"team": "vision", "cost": "1"})
    assert resolve(unit, a_definition(select={"labels": {"team": "nlp", "cost": "1"}}))


def test_it_takes_a_phase_that_was_never_given_as_running() -> None:
    unit = a_unit(an_action(phase=None))
    assert resolve(unit, a_definition(select={"phase": "running"}))


@pytest.mark.parametrize(
    ("select", "what"),
    [
        ({"project": 7}, "`project` must be a string"),
        ({"task": ["a", 7]}, "`task` must be a string"),
        ({"labels": ["team"]}, "`labels` must be a map"),
        ({"labels": {"team": 7}}, "`team` must be a string"),
        ({"workflows": "x"}, "`workflows` is not"),
    ],
)
def test_it_says_what_is_wrong(select: dict[str, Any], what: str) -> None:
    with pytest.raises(SelectError, match=what):
        Selector.compile(select)


@pytest.mark.parametrize(
    ("select", "why"),
    [
        ({"workflow": "eval*"}, "workflow is `train_pipeline`, not `eval*`"),
        ({"phase": ["failed", "aborted"]}, "phase is `running`, not `failed` or `aborted`"),
        ({"labels": {"owner": "ana"}}, "no label `owner`; it must be `ana`"),
    ],
)
def test_it_says_why_it_does_not_select(select: dict[str, Any], why: str) -> None:
    assert Selector.compile(select).why_not(NAMES, "running", {}) == why
