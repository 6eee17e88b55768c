"""YAML with its lines, and what no file may do."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkhub.links.as_code import tree
from linkhub.links.as_code.tree import BadFile, read_yaml

# Of the others, YAML has two by their escapes alone.
TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=20
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=15,
)


def mistakes(source: str | bytes) -> list[str]:
    with pytest.raises(BadFile) as caught:
        read_yaml(source)
    return [str(one) for one in caught.value.mistakes]


@given(st.dictionaries(TEXT, JSON, max_size=4), st.booleans())
@settings(max_examples=60, deadline=None)
def test_it_reads_json_as_json(data: dict[str, object], ascii_only: bool) -> None:
    assert read_yaml(json.dumps(data, ensure_ascii=ascii_only)).data == data


@pytest.mark.parametrize("text", ["no", "1:30", "2026-01-05", "1_000", "on", "0777x", "="])
def test_it_takes_for_text_what_looks_like_text(text: str) -> None:
    assert read_yaml(f"a: {text}").data == {"a": text}


def test_it_knows_where_everything_stands() -> None:
    document = read_yaml("a:\n  - b: 1\n    c: [x,\n      y]\n")
    assert document.places["a", 0, "c", 1] == (4, 7)
    assert document.places["a", 0, "c"] == (3, 5)
    assert document.mistake(("a", 0, "d", "e"), "!").line == 2


def test_it_names_every_key_that_stands_twice() -> None:
    assert mistakes("a: 1\nb: 2\na: 3\nb: 4") == [
        "line 3, column 1: `a` stands here again, after line 1",
        "line 4, column 1: `b` stands here again, after line 2",
    ]


def test_it_expands_an_alias() -> None:
    assert read_yaml("a: &x {b: [1]}\nc: *x\n").data == {"a": {"b": [1]}, "c": {"b": [1]}}


def bomb(levels: int) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for n in range(1, levels):
        lines.append(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]")
    return "\n".join(lines)


def test_it_refuses_a_bomb_before_it_goes_off() -> None:
    began = time.monotonic()
    [mistake] = mistakes(bomb(40))
    assert "aliases counted" in mistake
    assert time.monotonic() - began < 1


def test_it_refuses_what_is_too_long_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "MAX_NODES", 3)
    assert mistakes("[1, 2, 3, 4, 5]")[0].startswith("line 1, column 11: is more than 3 values")


def test_it_refuses_an_alias_of_what_it_stands_in() -> None:
    assert mistakes("a: &a [*a]") == ["line 1, column 8: `*a` stands for nothing before it"]


@pytest.mark.parametrize("source", ["[" * 100_000, "a: " + "{a: " * 60, "- " * 5_000])
def test_it_refuses_what_is_nested_too_deep(source: str) -> None:
    assert "deep" in mistakes(source)[0]


def test_it_refuses_depth_that_aliases_add() -> None:
    lines = ["a0: &a0 {x: 1}"]
    lines += [f"a{n}: &a{n} {{{'x: {' * 8} y: *a{n - 1} {'}' * 8}}}" for n in range(1, 20)]
    assert "deep" in mistakes("\n".join(lines))[0]


def test_it_refuses_what_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "MAX_BYTES", 10)
    assert "larger" in mistakes("a: 12345678")[0]


@pytest.mark.parametrize(
    ("source", "place"),
    [
        (b"a: 1\nb: \xff", "line 2, column 4: is not UTF-8"),
        ("a: 1\nb: x\0y", "line 2, column 5: a control character is not allowed"),
        ('a: 1\nb: "x\\0y"', "line 2, column 4: must not contain the NUL"),
        ("a: 1\n  b: 2", "line 2, column 4: mapping values are not allowed"),
        ("a: !!python/object:os.system x", "line 1, column 4: the tag tag:yaml.org,2002:python"),
        ("a: 1\n---\nb: 1", "must hold one document"),
        ("", "must hold one document"),
        ("? [a]\n: b", "line 1, column 3: a key must be text"),
        ("a: *b", "line 1, column 4: `*b` stands for nothing"),
    ],
)
def test_it_names_the_place(source: str | bytes, place: str) -> None:
    assert mistakes(source)[0].startswith(place)
