"""Filters, undone."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from linkhub.links.language import Values, compile_text
from linkhub.links.language.parser import parse
from linkhub.links.language.syntax import Expression
from linkhub.links.providers.undo import can_undo, is_time, undo

CHAINS = (
    "json",
    "json_inner",
    "logql",
    "logql_inner",
    "logql_inner | json_inner",
    "rison_inner",
    "regex_escape",
    "regex_escape | logql",
    "cloudwatch",
    "jsurl",
    "base64",
    "gzip | base64",
    "raw",
    'replace("/", "-of-")',
)


def expression(chain: str) -> Expression:
    (node,) = parse("{{ context.v | " + chain + " }}")
    assert isinstance(node, Expression)
    return node


@pytest.mark.parametrize("chain", CHAINS)
@given(value=st.text(st.characters(codec="utf-8"), min_size=1, max_size=20))
def test_it_gives_back_what_went_in(chain: str, value: str) -> None:
    assume("-of-" not in value)
    written = compile_text("{{ context.v | " + chain + " }}").render(
        Values({}, {"context": {"v": value}})
    )
    if chain == "base64":
        value = value.encode().decode("latin-1")
    assert undo(expression(chain), written) == value


def test_it_undoes_rison_with_and_without_quotes() -> None:
    assert [undo(expression("rison"), text) for text in ("plain", "'it!'s'")] == ["plain", "it's"]


@pytest.mark.parametrize(
    ("chain", "text"),
    [
        ("json", "'x'"),
        ("json_inner", '"'),
        ("base64", "%%%"),
        ("gzip | base64", "aGk="),
        ("regex_escape", "a.*"),
        ("cloudwatch", "$25FF"),
    ],
)
def test_it_says_where_nothing_can_have_given_this(chain: str, text: str) -> None:
    assert undo(expression(chain), text) is None


def test_it_knows_what_cannot_be_undone() -> None:
    assert not can_undo(expression('replace("-", "")'))
    assert not can_undo(expression("lower"))
    assert can_undo(expression('default("x")'))


def test_it_knows_a_time() -> None:
    (time,) = parse("{{ startTime }}")
    assert isinstance(time, Expression)
    assert is_time(time)
    assert is_time(expression("epoch_ms"))
    assert not is_time(expression("json"))
