import base64
import gzip
import json
import re
from datetime import UTC, datetime

import prison
import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from linkhub.links.language import Failed, OpenEnd, Refused, TemplateError, Values, compile_text
from linkhub.links.language.filtering import MAX_VALUE
from linkhub.links.language.filters import FILTERS
from linkhub.links.language.patterns import compile_pattern

TEXTS = st.text(min_size=1, max_size=60)
ENCODABLE = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=60)


def run(value: object, chain: str) -> str:
    values = Values({}, {"context": {"v": value}})  # type: ignore[dict-item]
    return compile_text(f"{{{{ .context.v | {chain} }}}}").render(values)


@pytest.mark.parametrize("name", list(FILTERS))
def test_it_does_what_its_example_says(name: str) -> None:
    value, written, outcome = FILTERS[name].example
    assert written.startswith(name)
    assert run(value, written) == outcome


@pytest.mark.parametrize(
    ("value", "chain", "outcome"),
    [
        ("1704164645", "epoch_us", "1704164645000000"),
        ("2024-01-02T03:04:05.678901+01:00", "epoch_ms", "1704161045678"),
        ("2024-01-02", "iso", "2024-01-02T00:00:00Z"),
        ("2024-01-02T03:04:05Z", 'shift("1h30m") | shift("-1w") | iso', "2023-12-26T04:34:05Z"),
        ("-5", "epoch", "-5"),
        (datetime(1969, 12, 31, 23, 59, 59, 999_999, UTC), "epoch_ms", "-1"),
        (datetime(2024, 1, 2), "iso('ms')", "2024-01-02T00:00:00.000Z"),  # noqa: DTZ001
        (OpenEnd(datetime(2024, 1, 2, tzinfo=UTC)), "iso('ms', 'now')", "now"),
        (OpenEnd(datetime(2024, 1, 2, tzinfo=UTC)), "shift('1d') | iso", "2024-01-03T00:00:00Z"),
        ("a.b", "regex('(a)|b', 0)", "a"),
        ("key=é1", "regex('=(.)(.)', 2)", "1"),
        ("abcdef", "slice(-2)", "ef"),
        ("Ab", "lower | upper | replace('A', '') | json", '"B"'),
        ('a"b', "logql | json", '"\\"a\\\\\\"b\\""'),
        ("x", "default('y')", "x"),
        ("", "default(5)", "5"),
    ],
)
def test_it_chains_from_left_to_right(value: object, chain: str, outcome: str) -> None:
    assert run(value, chain) == outcome


@pytest.mark.parametrize(
    "chain",
    [
        "lower('x')", "replace('a')", "replace('', 'x')", "slice()", "slice('1')", "slice(1, 2, 3)",
        "regex()", "regex(1)", "regex('a', 1)", "regex('(?=a)')", "regex('(a{1000}){1000}')",
        "epoch(1)", "iso('a', 'b')", "iso('ms', 'a', 'b')", "shift('5')", "shift(5)",
        "shift('999999999w999999999w')", "default()", "default('')", "default('a', 'b')",
        "json('x')", "base64 | gzip | lower", "gzip | base64 | raw | raw", "lower(.podName)",
    ],
)  # fmt: skip
def test_it_refuses_wrong_arguments_when_compiled(chain: str) -> None:
    with pytest.raises(TemplateError):
        compile_text(f"{{{{ .context.v | {chain} }}}}")


@pytest.mark.parametrize(
    ("value", "chain"),
    [
        ("yesterday", "epoch"),
        ("999999999999", "epoch"),
        ("9999-12-31", "shift('2d')"),
        ("0001-01-01T00:00:00+14:00", "shift('-1d') | iso"),
    ],
)
def test_it_fails_on_what_is_no_time(value: str, chain: str) -> None:
    with pytest.raises(Failed):
        run(value, chain)


@pytest.mark.parametrize(
    ("value", "chain"),
    [
        ("x" * (MAX_VALUE + 1), "lower"),
        ("x" * (MAX_VALUE + 1), "gzip | base64"),
        ("x" * 10_000, f"replace('x', '{'y' * 1_000}')"),
        ('"' * 10_000, "json | json | json | json"),
    ],
)
def test_it_works_on_no_value_that_is_too_long(value: str, chain: str) -> None:
    with pytest.raises(Refused) as caught:
        run(value, chain)
    assert caught.value.rule == "length"


@given(ENCODABLE)
def test_it_writes_values_that_their_languages_read_back(value: str) -> None:
    assert json.loads(run(value, "json")) == value
    assert json.loads(f'"{run(value, "json_inner")}"') == value
    assert prison.loads(run(value, "rison")) == value
    assert prison.loads(f"'{run(value, 'rison_inner')}'") == value
    assert base64.b64decode(run(value, "base64")).decode() == value
    assert gzip.decompress(base64.b64decode(run(value, "gzip | base64"))).decode() == value


@given(
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\n\\\x7f"), min_size=1)
)
def test_it_writes_rison_as_its_library_does(value: str) -> None:
    assert run(value, "rison") == prison.dumps(value)


def test_it_quotes_rison_of_several_lines() -> None:
    assert run("a\n',x:(evil)", "rison") == "'a\n!',x:(evil)'"


@given(ENCODABLE, ENCODABLE)
def test_it_makes_patterns_for_exactly_one_text(value: str, other: str) -> None:
    pattern = f"^(?:{run(value, 'regex_escape')})$"
    assert re2.fullmatch(pattern, value)
    assert bool(re.fullmatch(pattern, other, re.DOTALL)) == (value == other)


GO_ESCAPE = re.compile(r'\\(?:[abfnrtv\\"]|u(?!d[89ab])[0-9a-f]{4})|[^"\\\n]', re.IGNORECASE)


@given(TEXTS)
def test_it_writes_logql_strings_by_go_s_rules(value: str) -> None:
    literal = run(value, "logql")
    assert literal == f'"{run(value, "logql_inner")}"'
    assert "".join(GO_ESCAPE.findall(literal[1:-1])) == literal[1:-1]


@given(TEXTS)
def test_it_writes_cloudwatch_addresses_without_marks(value: str) -> None:
    assert re.fullmatch(r"[\w.~$-]+", run(value, "cloudwatch"), re.ASCII)
    assert re.fullmatch(r"(?:[\w.-]|\*[0-9a-f]{2}|\*\*[0-9a-f]{4})+", run(value, "jsurl"), re.ASCII)


def test_it_runs_patterns_in_linear_time() -> None:
    assert compile_pattern("(a+)+$").search("a" * 20_000 + "b") is None
    assert compile_pattern("(x)|y").search("y", 1) == ""
