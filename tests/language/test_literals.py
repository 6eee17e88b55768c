"""Values inside LogQL and regular expressions, read back by the rules of those languages.

`make check-logql` does the same with Grafana's own grammar.
"""

import os

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from linkhub.links.language import Values, compile_text
from tests.language.go_literals import unquote

often = settings(max_examples=int(os.environ.get("LINKHUB_EXAMPLES", "100")), deadline=None)
SIGNS = st.sampled_from(['"', "\\", "`", "\n", "\r", "\t", "\0", "\x7f", "{", "}", "|=", "/", "$"])
ANY = st.lists(st.one_of(SIGNS, st.text(st.characters(codec="utf-8"), max_size=6)), min_size=1)
VALUES = ANY.map("".join).filter(bool)


def filled(template: str, value: str) -> str:
    return compile_text(template).render(Values({}, {"context": {"v": value}}))


@often
@given(VALUES)
def test_it_writes_a_literal_that_go_reads_back(value: str) -> None:
    assert unquote(filled("{{ context.v | logql }}", value)) == value


@often
@given(VALUES)
def test_it_writes_the_inside_of_a_literal(value: str) -> None:
    assert unquote(filled('"<{{ context.v | logql_inner }}>"', value)) == f"<{value}>"


@often
@given(VALUES)
def test_it_writes_a_regex_that_matches_the_text_alone(value: str) -> None:
    regex = unquote(filled("{{ context.v | regex_escape | logql }}", value))
    assert re2.fullmatch(regex, value)
    assert not re2.fullmatch(regex, f"{value}x")
    assert not re2.fullmatch(regex, value[1:])


@pytest.mark.parametrize("literal", ['"\\q"', '"a\nb"', '"\\ud800"', "`a`b`", '"', '"\\xff"'])
def test_it_knows_what_go_refuses(literal: str) -> None:
    with pytest.raises(ValueError, match=r"literal|character"):
        unquote(literal)
