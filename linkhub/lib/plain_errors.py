"""What a validator found wrong, in words for whoever wrote the document."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

Location = tuple[str | int, ...]
Spelling = Callable[[Mapping[str, Any], str], str | None]


def _as_named(sent: Mapping[str, Any], field: str) -> str | None:
    return field if field in sent else None


def plain_errors(
    error: ValidationError, document: Any, spelt: Spelling = _as_named
) -> list[tuple[Location, str]]:
    """One message per place; where a value may have several types, their messages in one.

    `spelt` says under which name an object of the document has a field, None for not at all.
    """
    found: dict[Location, list[str]] = {}
    for one in error.errors(include_url=False, include_input=False, include_context=False):
        place = _location(document, one["loc"], spelt, missing=one["type"] == "missing")
        messages = found.setdefault(place, [])
        if (message := plain_message(one["msg"])) not in messages:
            messages.append(message)
    return [(place, " or ".join(messages)) for place, messages in found.items()]


def plain_message(message: str) -> str:
    """A message of the validator without what only its own programmers understand."""
    return message.removeprefix("Value error, ").rstrip(".")


def _location(
    document: Any, loc: Sequence[str | int], spelt: Spelling, *, missing: bool
) -> Location:
    """`loc` as the sender has it, without what stands for a type or a key instead of a place."""
    place: list[str | int] = []
    here = document
    for number, part in enumerate(loc):
        is_absent = missing and number == len(loc) - 1
        sent = part if is_absent else _as_sent(here, part, spelt)
        if sent is None:
            continue
        place.append(sent)
        here = None if is_absent else here[sent]
    return tuple(place)


def _as_sent(here: Any, part: str | int, spelt: Spelling) -> str | int | None:
    match here, part:
        case dict(), str():
            return spelt(here, part)
        case list(), int() if 0 <= part < len(here):
            return part
    return None
