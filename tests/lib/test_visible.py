"""Names that show as nothing."""

from __future__ import annotations

from unicodedata import bidirectional

import pytest

from linkhub.lib.visible import plain, stand_in, turns


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (" ", "U+0020"),
        ("\u200b\u2060", "U+200B U+2060"),
        ("\u3164" * 255, "U+3164 U+3164 U+3164 …"),
        ("\u202e", "U+202E"),
        ("\u2800\u00a0\u00ad", "U+2800 U+00A0 U+00AD"),
        ("\U000e0041", "U+E0041"),
    ],
)
def test_it_tells_what_a_name_is_made_of_that_shows_as_nothing(name: str, told: str) -> None:
    assert stand_in(name) == plain(name) == told


@pytest.mark.parametrize("name", ["r7", " r7 ", "日本", "é", "e\u0301", "🚀", "-", "\u202er7", ""])
def test_a_name_that_shows_needs_no_other(name: str) -> None:
    assert stand_in(name) == ""


def test_plain_text_is_not_turned_around() -> None:
    assert plain("run\u202egpj.exe\u2069") == "rungpj.exe"


@pytest.mark.parametrize(
    ("name", "does"),
    [("r7", False), ("日本é", False), ("\u202er7", True), ("\u05d0", True), ("a\u0627", True)],
)
def test_it_knows_what_turns_the_text_around_it(name: str, does: bool) -> None:
    assert turns(name) is does


def test_it_knows_every_character_that_turns() -> None:
    kinds = {"R", "AL", "AN", "RLE", "RLO", "RLI", "LRE", "LRO", "LRI", "FSI", "PDF", "PDI"}
    strong = [char for char in map(chr, range(0x110000)) if bidirectional(char) in kinds]

    assert all(map(turns, strong))
