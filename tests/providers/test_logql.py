"""LogQL literals and selectors: whatever goes in comes out again."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkhub.links.language.errors import Failed
from linkhub.links.providers import logql
from linkhub.links.providers.logql import Matcher

TEXT = st.text(st.characters(codec="utf-8"), max_size=30)


@settings(deadline=None)
@given(TEXT)
def test_it_reads_a_literal_back(value: str) -> None:
    assert logql.read_selector(f'{{a="{logql.body(value)}"}}') == (Matcher("a", "=", value),)


@settings(deadline=None)
@given(TEXT)
def test_it_reads_the_text_of_a_regex_back(value: str) -> None:
    (matcher,) = logql.read_selector(f'{{a=~"{logql.regex_body(value)}-.*"}} |= ``')
    assert logql.literal_prefix(matcher.value) == (f"{value}-", ".*")


def test_it_leaves_a_dash_in_a_regex_alone() -> None:
    assert logql.regex_body("r7-a.0") == "r7-a\\\\.0"


def test_it_reads_several_matchers_in_either_quotes() -> None:
    found = logql.read_selector('{ a = "x\\ty" , b=~`c.*` } | json')
    assert found == (Matcher("a", "=", "x\ty"), Matcher("b", "=~", "c.*"))


@pytest.mark.parametrize(
    "query", ["", "{", "{}", '{a!="x"}', '{a="x"', '{a="x" b="y"}', '{a="\\x41"}', 'sum({a="x"})']
)
def test_it_reads_nothing_else(query: str) -> None:
    assert logql.read_selector(query) == ()


def test_it_keeps_all_lines_with_an_empty_filter() -> None:
    assert logql.line_filter("") == "|= ``"


def test_it_quotes_the_text_of_a_filter() -> None:
    assert logql.line_filter('say "a\\b"') == '|= "say \\"a\\\\b\\""'


def test_it_suggests_what_a_label_of_kubernetes_becomes() -> None:
    with pytest.raises(Failed, match="app_kubernetes_io_name"):
        logql.label("app.kubernetes.io/name")
