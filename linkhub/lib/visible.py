"""Names as people can see them: what shows as nothing, and what turns the text around it.

A name may hold any character but control characters, so also blanks, marks without width and
marks that turn the direction of writing.
"""

from __future__ import annotations

import re
import unicodedata

# Categories of what has no shape of its own: blanks, formats, marks on a letter before them.
_SHAPELESS = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Mn", "Me"})
# Letters and symbols, by their category, that are drawn as nothing.
_EMPTY = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# The scripts that are written from right to left, in whole blocks.
_TURNING = re.compile(
    "[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefe"
    "\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
MOST_TOLD = 3


def stand_in(name: str) -> str:
    """`U+200B` for a name that shows as nothing, `""` for any other."""
    if not name or not all(map(_is_empty, name)):
        return ""
    told = " ".join(f"U+{ord(char):04X}" for char in name[:MOST_TOLD])
    return f"{told} …" if len(name) > MOST_TOLD else told


def turns(name: str) -> bool:
    """Whether the name may change the order in which the text around it is written."""
    return not name.isascii() and _TURNING.search(name) is not None


def plain(name: str) -> str:
    """The name for text without markup, where nothing else can keep it to itself."""
    return stand_in(name) or _BIDI.sub("", name)


def _is_empty(char: str) -> bool:
    return char in _EMPTY or unicodedata.category(char) in _SHAPELESS or _is_ignorable(char)


def _is_ignorable(char: str) -> bool:
    """Not given to anything yet, and to be drawn as nothing until then."""
    return char == "\u2065" or "\ufff0" <= char <= "\ufff8" or "\U000e0000" <= char <= "\U000e0fff"
