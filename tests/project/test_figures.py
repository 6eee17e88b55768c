"""Measured figures have their place in the documents."""

import re
from pathlib import Path

import pytest

from tests.figures import DOCS, with_figures

TESTS = Path(__file__).parents[1]
BLOCK = "before\n<!-- figures of x: written by y -->\nold\n<!-- end of figures of x -->\nafter\n"


def test_it_exchanges_a_block_and_nothing_else() -> None:
    new = with_figures(BLOCK, "x", r"new \1")

    assert new.startswith("before\n<!-- figures of x: written by y -->\n\nnew \\1\n\n<!-- end")
    assert new.endswith("of x -->\nafter\n")
    assert with_figures(new, "x", r"new \1") == new


def test_it_refuses_a_block_that_is_not_there() -> None:
    with pytest.raises(AssertionError):
        with_figures(BLOCK, "z", "new")


def test_every_suite_has_its_block() -> None:
    calls = [
        found
        for path in TESTS.rglob("*.py")
        for found in re.findall(r'keep_figures\("(.+?)", "(.+?)"', path.read_text())
    ]

    assert len(calls) == 4
    for document, of in calls:
        with_figures((DOCS / document).read_text(), of, "new")
