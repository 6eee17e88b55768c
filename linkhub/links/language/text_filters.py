"""Filters on texts."""

from __future__ import annotations

from collections.abc import Callable

from linkhub.links.language import nested
from linkhub.links.language.errors import Refused
from linkhub.links.language.filtering import (
    MAX_VALUE,
    Apply,
    Bind,
    Datum,
    FilterKind,
    Takes,
    bounded,
    heedless,
    no_arguments,
    texts,
)
from linkhub.links.language.patterns import compile_pattern
from linkhub.links.language.syntax import Argument


def on_text(work: Callable[[str], str]) -> Bind:
    """A filter without arguments, made from a function."""

    def bind(arguments: tuple[Argument, ...]) -> Apply:
        no_arguments(arguments)
        return heedless(lambda value: bounded(work(_text(value))))

    return bind


def _text(value: Datum) -> str:
    return nested.well_formed(bounded(str(value)))


def _replace(arguments: tuple[Argument, ...]) -> Apply:
    old, new = texts(arguments, 2)
    if not old:
        raise ValueError("needs a text to replace that is not empty")

    def work(value: Datum) -> str:
        text = _text(value)
        if len(text) + text.count(old) * (len(new) - len(old)) > MAX_VALUE:
            raise Refused("length", "`replace` makes the value too long")
        return text.replace(old, new)

    return heedless(work)


def _slice(arguments: tuple[Argument, ...]) -> Apply:
    numbers = [each for each in arguments if isinstance(each, int)]
    if len(numbers) != len(arguments) or len(numbers) not in (1, 2):
        raise ValueError("takes one or two whole numbers")
    cut = slice(numbers[0], numbers[1] if len(numbers) == 2 else None)
    return heedless(lambda value: str(value)[cut])


def _regex(arguments: tuple[Argument, ...]) -> Apply:
    if len(arguments) not in (1, 2) or not isinstance(arguments[0], str):
        raise ValueError("takes a pattern, and the number of a group if you want another")
    pattern = compile_pattern(arguments[0])
    group = arguments[1] if len(arguments) == 2 else min(pattern.groups, 1)
    if not isinstance(group, int) or not 0 <= group <= pattern.groups:
        raise ValueError(f"has a pattern with {pattern.groups} groups")
    return heedless(lambda value: pattern.search(_text(value), group) or "")


_TEXT = "Text"

TEXT_FILTERS = (
    FilterKind(
        "lower",
        _TEXT,
        ("lower",),
        "Lower case.",
        ("Train", "lower", "train"),
        Takes.TEXT,
        on_text(str.lower),
    ),
    FilterKind(
        "upper",
        _TEXT,
        ("upper",),
        "Upper case.",
        ("Train", "upper", "TRAIN"),
        Takes.TEXT,
        on_text(str.upper),
    ),
    FilterKind(
        "replace",
        _TEXT,
        ("replace(OLD, NEW)",),
        "Every OLD becomes NEW.",
        ("a_b", 'replace("_", "-")', "a-b"),
        Takes.TEXT,
        _replace,
    ),
    FilterKind(
        "slice",
        _TEXT,
        ("slice(FROM)", "slice(FROM, TO)"),
        "Characters from FROM, counted from 0, up to but without TO; negative from the end.",
        ("f3a1b2c3", "slice(0, 4)", "f3a1"),
        Takes.TEXT,
        _slice,
    ),
    FilterKind(
        "regex",
        _TEXT,
        ("regex(PATTERN)", "regex(PATTERN, GROUP)"),
        "What the pattern (RE2) finds: its first group, else all of it. Nothing found is no value.",
        ("run-42-x", 'regex("run-([0-9]+)")', "42"),
        Takes.TEXT,
        _regex,
    ),
)
