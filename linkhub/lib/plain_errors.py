"""What a validator found wrong, in words for whoever wrote the document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

Location = tuple[str | int, ...]


def plain_errors(error: ValidationError, document: Any) -> list[tuple[Location, str]]:
    """One message per place; where a value may have several types, their messages in one."""
    found: dict[Location, list[str]] = {}
    for one in error.errors(include_url=False, include_input=False, include_context=False):
        place = _location(document, one["loc"], missing=one["type"] == "missing")
        messages = found.setdefault(place, [])
        if (message := plain_message(one["msg"])) not in messages:
            messages.append(message)
    return [(place, " or ".join(messages)) for place, messages in found.items()]


def plain_message(message: str) -> str:
    """A message of the validator without what only its own programmers understand."""
    return message.removeprefix("Value error, ").rstrip(".")


def _location(document: Any, loc: Sequence[str | int], *, missing: bool) -> Location:
    """`loc` without what stands for a type or a key instead of a place in the document."""
    place: list[str | int] = []
    here = document
    for number, part in enumerate(loc):
        inside = _inside(here, part)
        if not inside and not (missing and number == len(loc) - 1):
            continue
        place.append(part)
        here = here[part] if inside else None
    return tuple(place)


def _inside(document: Any, part: str | int) -> bool:
    match document, part:
        case dict(), str():
            return part in document
        case list(), int():
            return 0 <= part < len(document)
    return False
