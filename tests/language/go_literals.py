"""Go's string literals, read as the language's specification has them: what LogQL is made of.

Written apart from the encoders, so that the two can be held against each other.
"""

from __future__ import annotations

import re

SINGLE = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
    "\\": "\\", '"': '"',
}  # fmt: skip
ESCAPE = re.compile(
    r"\\(?:([abfnrtv\\\"])|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|([0-7]{3}))"
)


def unquote(literal: str) -> str:
    """The text of a literal in double quotes or backticks; raises ValueError where Go would."""
    quote, inside = literal[0], literal[1:-1]
    if len(literal) < 2 or literal[-1] != quote or quote not in '"`':
        raise ValueError(f"not a literal: {literal!r}")
    if quote == "`":
        if "`" in inside:
            raise ValueError("a backtick ends the literal")
        return inside.replace("\r", "")
    rest = ESCAPE.sub("", inside)
    if any(sign in rest for sign in '\\"\n'):
        raise ValueError(f"not the inside of a literal: {inside!r}")
    return ESCAPE.sub(_unescaped, inside)


def _unescaped(found: re.Match[str]) -> str:
    single, short, long, byte, octal = found.groups()
    if single:
        return SINGLE[single]
    if byte or octal:
        raise ValueError("a single byte is not a character")
    number = int(short or long, 16)
    if 0xD800 <= number < 0xE000 or number > 0x10FFFF:
        raise ValueError(f"U+{number:04X} is not a character")
    return chr(number)
