from datetime import UTC, datetime
from typing import Any

import pytest

from linkhub.links.language import OpenEnd, Value, Values
from linkhub.links.resolving.when import OPS, RuleError, Rules
from tests.resolving.cases import NOW, a_definition, a_unit, an_action, one, resolve

NINE = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def holds(value: Value | None, op: str, wanted: Any = None) -> bool:
    rule = {"variable": "podName", "op": op, "value": wanted}
    return not Rules.compile({"all": [rule]}).why_not(Values({"podname": value}))


@pytest.mark.parametrize(
    ("value", "op", "wanted", "held"),
    [
        ("a", "equals", "a", True),
        ("a", "equals", "A", False),
        (0, "equals", 0, True),
        (0, "equals", "0", True),
        ("true", "equals", True, True),
        (NINE, "equals", "2026-01-05T09:00:00Z", True),
        (NINE, "equals", "2026-01-05T10:00:00+01:00", True),
        (NINE, "equals", "nine", False),
        (None, "equals", "", False),
        ("b", "in", ["a", "b"], True),
        ("c", "in", ["a", "b"], False),
        (1, "in", [0, 1], True),
        ("train_x", "glob", "train*", True),
        ("train_x", "glob", ["eval*", "t*"], True),
        ("Train_x", "glob", "train*", False),
        (None, "glob", "*", False),
        ("run-42", "regex", "-[0-9]+$", True),
        ("run-42", "regex", "^[0-9]", False),
        (None, "regex", ".*", False),
        ("a", "exists", None, True),
        ("a", "exists", True, True),
        ("a", "exists", False, False),
        ("", "exists", True, False),
        (None, "exists", False, True),
        (0, "exists", True, True),
        (OpenEnd(NOW), "exists", True, False),
        (OpenEnd(NOW), "exists", False, True),
        (2, "lt", 10, True),
        ("2", "lt", "10", True),
        ("2", "lt", 10, True),
        ("10", "le", 10.0, True),
        ("1e3", "gt", 999, True),
        ("0.5", "ge", "1", False),
        ("b", "gt", "a", True),
        ("10", "lt", "2x", True),
        (NINE, "lt", "2026-01-05T09:00:01Z", True),
        ("2026-01-05T09:00:00Z", "ge", "2026-01-05T08:00:00", True),
        (NINE, "gt", "2026-01-05T10:30:00+02:00", True),
        (None, "lt", 10, False),
        (None, "ge", "", False),
        (OpenEnd(NOW), "gt", "2020-01-01T00:00:00Z", False),
        ("nan", "lt", "o", True),
        ("9" * 5000, "gt", 1, True),
    ],
)
def test_it_decides(value: Value | None, op: str, wanted: Any, held: bool) -> None:
    assert holds(value, op, wanted) is held


def test_it_knows_the_operators_of_the_contract() -> None:
    assert set(OPS) == {"equals", "in", "glob", "regex", "exists", "lt", "le", "gt", "ge"}


TRUE = {"variable": "runName", "op": "exists", "value": True}
FALSE = {"variable": "runName", "op": "exists", "value": False}


@pytest.mark.parametrize(
    ("when", "held"),
    [
        ({}, True),
        ({"all": [], "any": []}, True),
        ({"all": [TRUE, TRUE]}, True),
        ({"all": [TRUE, FALSE]}, False),
        ({"any": [TRUE, FALSE]}, True),
        ({"any": [FALSE, FALSE]}, False),
        ({"all": [TRUE], "any": [FALSE]}, False),
        ({"all": [FALSE], "any": [TRUE]}, False),
        ({"all": [TRUE], "any": [FALSE, TRUE]}, True),
    ],
)
def test_it_joins_rules(when: dict[str, Any], held: bool) -> None:
    assert bool(resolve(a_unit(), a_definition(when=when))) is held


@pytest.mark.parametrize(
    "variable", ["context.wandb_id", 'context["wandb_id"]', ".context.wandb_id", "CONTEXT.wandb_id"]
)
def test_it_reads_variables_in_the_spellings_of_templates(variable: str) -> None:
    unit = a_unit(an_action(context={"wandb_id": "abc"}))
    when = {"all": [{"variable": variable, "op": "equals", "value": "abc"}]}
    assert resolve(unit, a_definition(when=when))


def test_it_does_not_evaluate_the_url_where_a_rule_is_false() -> None:
    assert resolve(a_unit(), a_definition(template="x{{ .podName }}", when={"all": [FALSE]})) == []


@pytest.mark.parametrize(
    ("rule", "what"),
    [
        ({"variable": "podnam", "op": "equals", "value": "x"}, "did you mean `podName`"),
        ({"variable": "podName", "op": "is", "value": "x"}, "must be one of equals, in"),
        ({"variable": "podName", "op": "in", "value": "x"}, "must be a list"),
        ({"variable": "podName", "op": "regex", "value": "("}, "RE2"),
        ({"variable": "podName", "op": "regex", "value": 7}, "regular expression"),
        ({"variable": "podName", "op": "lt", "value": ["x"]}, "text or a number"),
        ({"variable": "podName", "op": "exists", "value": "maybe"}, "true or false"),
        ({"op": "equals"}, "must have `variable`"),
        ("podName", "must have `variable`"),
    ],
)
def test_an_error_fails_that_link_and_names_the_rule(rule: Any, what: str) -> None:
    broken = a_definition("broken", when={"any": [TRUE, rule]})
    links = {link.key: link for link in resolve(a_unit(), broken, a_definition("fine"))}
    assert links["fine"].state == "ready"
    assert links["broken"].state == "failed"
    assert "any[1]" in links["broken"].reason
    assert what in links["broken"].reason


def test_an_error_that_only_a_value_shows_fails_the_link_too() -> None:
    unit = a_unit(an_action(context={"big": "x" * 40_000}))
    rule = {"variable": "context.big", "op": "regex", "value": "y"}
    link = one(unit, a_definition(when={"any": [rule, TRUE]}))
    assert (link.state, link.reason) == (
        "failed",
        "context.big regex y: a value of 40000 characters is too long",
    )


def test_it_refuses_what_is_neither_all_nor_any() -> None:
    with pytest.raises(RuleError, match="`some` is not known"):
        Rules.compile({"some": []})
