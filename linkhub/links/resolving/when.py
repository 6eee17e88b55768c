"""Rules over variables: all or any of `{"variable", "op", "value"}`.

Compiled once. A variable without a value makes every rule false but `exists: false`. An end that
has not come yet is no value here: a rule changes with facts, never with the clock.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from linkhub.links.language.errors import TemplateError
from linkhub.links.language.nested import well_formed
from linkhub.links.language.parser import parse_reference
from linkhub.links.language.patterns import compile_pattern
from linkhub.links.language.syntax import Reference
from linkhub.links.language.values import OpenEnd, Values
from linkhub.links.resolving.selecting import compile_globs

# A whole number or a decimal, short enough to convert in no time.
_LONGEST_NUMBER: Final = 300
_LONGEST_TEXT: Final = 32_768

Known: TypeAlias = str | int | datetime
Test: TypeAlias = Callable[[Known | None], bool]


class RuleError(ValueError):
    """A rule cannot be decided; the message names the rule. Its link has failed."""


@dataclass(frozen=True, slots=True)
class Rule:
    """`words` is the rule as people read it."""

    reference: Reference
    words: str
    test: Test

    def holds(self, values: Values) -> bool:
        """Raises RuleError."""
        value = self.reference.read(values)
        try:
            return self.test(None if isinstance(value, OpenEnd) else value)
        except ValueError as error:
            raise RuleError(f"{self.words}: {error}") from None


@dataclass(frozen=True, slots=True)
class Rules:
    """All of `every` and, where there are any, one of `some`."""

    every: tuple[Rule, ...] = ()
    some: tuple[Rule, ...] = ()

    @classmethod
    def compile(cls, when: Mapping[str, Any]) -> Rules:
        """Raises RuleError."""
        if unknown := when.keys() - {"all", "any"}:
            raise RuleError(f"`{min(unknown)}` is not known; rules stand under `all` or `any`")
        return cls(_rules(when, "all"), _rules(when, "any"))

    def __bool__(self) -> bool:
        return bool(self.every or self.some)

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(rule.reference.label for rule in (*self.every, *self.some))

    def why_not(self, values: Values) -> str:
        """What does not hold, in words; empty where the rules hold. Raises RuleError."""
        # Every rule is tried, so that an error does not hide behind the order of the rules.
        failing = [rule.words for rule in self.every if not rule.holds(values)]
        found = [rule.holds(values) for rule in self.some]
        if failing:
            return " and ".join(failing)
        return "" if any(found) or not found else " or ".join(rule.words for rule in self.some)


def _rules(when: Mapping[str, Any], which: str) -> tuple[Rule, ...]:
    rules = when.get(which) or []
    if not isinstance(rules, list | tuple):
        raise RuleError(f"`{which}` must be a list of rules")
    return tuple(_rule(rule, f"{which}[{index}]") for index, rule in enumerate(rules))


def _rule(rule: Any, place: str) -> Rule:
    if not isinstance(rule, Mapping) or not isinstance(rule.get("variable"), str):
        raise RuleError(f"rule {place} must have `variable`, `op` and `value`")
    op, value = rule.get("op"), rule.get("value")
    words = f"{rule['variable']} {op} {_show(value)}".rstrip()
    if not isinstance(op, str) or op not in _OPERATORS:
        raise RuleError(f"rule {place} ({words}): the operator must be one of {', '.join(OPS)}")
    try:
        return Rule(parse_reference(rule["variable"]), words, _OPERATORS[op](value))
    except (TemplateError, ValueError) as error:
        raise RuleError(f"rule {place} ({words}): {error}") from None


def _show(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return " or ".join(_show(each) for each in value)
    return _text(value)[:100]


def _text(value: Any) -> str:
    """A value as text: a time as its RFC 3339 form, a truth value in lower case."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, bool | str | int | float):
        return value
    raise ValueError("the value must be text or a number")


def _list(value: Any) -> list[Any]:
    if isinstance(value, list | tuple):
        return [_scalar(each) for each in value]
    raise ValueError("the value must be a list")


def _number(value: Any) -> int | float | None:
    if isinstance(value, int | float):
        return value
    if not isinstance(value, str) or len(value) > _LONGEST_NUMBER or "_" in value:
        return None
    for convert in (int, float):
        try:
            number: int | float = convert(value)
        except ValueError:
            continue
        return number if math.isfinite(number) else None
    return None


def _time(value: Any) -> datetime | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _equals(wanted: Any) -> Test:
    text, time = _text(_scalar(wanted)), _time(wanted)

    def test(value: Known | None) -> bool:
        if isinstance(value, datetime):
            return _time(value) == time
        return value is not None and str(value) == text

    return test


def _in(wanted: Any) -> Test:
    tests = [_equals(each) for each in _list(wanted)]
    return lambda value: any(test(value) for test in tests)


def _glob(wanted: Any) -> Test:
    globs = _list(wanted) if isinstance(wanted, list | tuple) else [_scalar(wanted)]
    matches = compile_globs(tuple(_text(glob) for glob in globs))
    return lambda value: value is not None and bool(matches(_text(value)))


def _regex(wanted: Any) -> Test:
    if not isinstance(wanted, str):
        raise ValueError("the value must be a regular expression")
    pattern = compile_pattern(wanted)

    def test(value: Known | None) -> bool:
        if value is None:
            return False
        text = _text(value)
        if len(text) > _LONGEST_TEXT:
            raise ValueError(f"a value of {len(text)} characters is too long")
        return pattern.search(well_formed(text)) is not None

    return test


def _exists(wanted: Any) -> Test:
    if wanted not in (None, "", True, False, "true", "false"):
        raise ValueError("the value must be true or false")
    should = wanted not in (False, "false")
    return lambda value: (value is not None) is should


def _comparison(compare: Callable[[Any, Any], bool]) -> Callable[[Any], Test]:
    """Numbers as numbers, else times as times, else as text."""

    def bind(wanted: Any) -> Test:
        text, number, time = _text(_scalar(wanted)), _number(wanted), _time(wanted)

        def test(value: Known | None) -> bool:
            if value is None:
                return False
            if number is not None and (own := _number(value)) is not None:
                return compare(own, number)
            if time is not None and (moment := _time(value)) is not None:
                return compare(moment, time)
            return compare(_text(value), text)

        return test

    return bind


_OPERATORS: Final[Mapping[str, Callable[[Any], Test]]] = {
    "equals": _equals,
    "in": _in,
    "glob": _glob,
    "regex": _regex,
    "exists": _exists,
    "lt": _comparison(operator.lt),
    "le": _comparison(operator.le),
    "gt": _comparison(operator.gt),
    "ge": _comparison(operator.ge),
}
OPS: Final = tuple(_OPERATORS)
