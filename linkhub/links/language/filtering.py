"""What a filter is, and the checks that all of them share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TypeAlias

from linkhub.links.language.errors import Refused
from linkhub.links.language.syntax import Argument
from linkhub.links.language.values import OpenEnd

# Characters of a value that goes through a filter, and of what comes out: cost stays linear.
MAX_VALUE = 32_768

Datum: TypeAlias = str | bytes | datetime | OpenEnd


@dataclass(slots=True)
class Notes:
    """What a render learns beside the text."""

    host_from_variable: bool = False
    depends_on_now: bool = False


Apply: TypeAlias = Callable[[Datum, Notes], Datum]
Bind: TypeAlias = Callable[[tuple[Argument, ...]], Apply]


class Takes(Enum):
    """What a filter works on. Before one that takes text or bytes a time is written as text."""

    TEXT = "text"
    TIME = "time"
    BYTES = "bytes"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class FilterKind:
    """A filter as it is documented, and how it is bound to its arguments.

    `example`: a value, the filter as written, the outcome. `bind` raises ValueError with the end
    of a sentence ("takes no arguments") where the arguments are wrong. `last`: nothing may follow,
    because what comes out is not percent-encoded again.
    """

    name: str
    group: str
    usage: tuple[str, ...]
    meaning: str
    example: tuple[str, str, str]
    takes: Takes
    bind: Bind
    last: bool = False
    gives_bytes: bool = False


def bounded(value: str) -> str:
    """The value, unless it is too long to work on. Raises Refused."""
    if len(value) > MAX_VALUE:
        raise Refused("length", f"a value of {len(value)} characters is too long for a filter")
    return value


def heedless(work: Callable[[Datum], Datum]) -> Apply:
    """A filter that has nothing to note."""
    return lambda value, _notes: work(value)


def no_arguments(arguments: tuple[Argument, ...]) -> None:
    """Raises ValueError where there are any."""
    if arguments:
        raise ValueError("takes no arguments")


def texts(arguments: tuple[Argument, ...], count: int) -> list[str]:
    """The arguments as `count` strings. Raises ValueError."""
    found = [each for each in arguments if isinstance(each, str)]
    if len(found) != count or len(arguments) != count:
        wanted = "one quoted string" if count == 1 else f"{count} quoted strings"
        raise ValueError(f"takes {wanted}")
    return found
