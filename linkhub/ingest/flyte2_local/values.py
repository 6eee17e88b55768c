"""What stands in the columns of Flyte's local store, read one value at a time.

SQLite does not hold a column to its type, and a store may be half copied. So each value is
checked; one that cannot be used is left out, with a sentence that says so.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from linkhub.runs.phases import Phase

M = TypeVar("M", bound=BaseModel)
MAX_TEXT = 10_000


@dataclass
class Problems:
    """The sentences about one run or one action, each naming it."""

    subject: str
    sentences: list[str] = field(default_factory=list)

    def add(self, sentence: str) -> None:
        self.sentences.append(f"{self.subject}: {sentence}.")


def text(value: Any) -> str:
    """A stored text as it can be kept: PostgreSQL has no NUL; an error may be endless."""
    if value is None:
        return ""
    clean = str(value).replace("\x00", "\N{REPLACEMENT CHARACTER}")
    return clean if len(clean) <= MAX_TEXT else f"{clean[: MAX_TEXT - 1]}…"


def short(value: Any) -> str:
    """A stored value as a sentence quotes it."""
    return repr(text(value)[:40])


def moment(value: Any, name: str, problems: Problems) -> datetime | None:
    """Seconds since 1970 as a time in UTC; None where there is none."""
    if value is None:
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        problems.add(f"{name} is {short(value)}, which is no time, and is left out")
        return None


def life(status: Any, start_time: Any, end_time: Any, problems: Problems) -> dict[str, Any]:
    """Phase and times, stamped with the latest time, so that importing again changes nothing.

    Flyte writes `running`, `succeeded` and `failed`, which are phases of ours as well.
    """
    started = moment(start_time, "start_time", problems)
    ended = moment(end_time, "end_time", problems)
    found: dict[str, Any] = {"started_at": started, "ended_at": ended}
    if status in Phase.values:
        found["phase"] = Phase(status)
    else:
        problems.add(f"status {short(status)} is not known and is left out")
    if latest := max(filter(None, (started, ended)), default=None):
        found["updated_at"] = latest
    return found


def json_value(value: Any, kind: type[dict[Any, Any] | list[Any]], name: str) -> Any:
    """A JSON column; None where it is empty. Raises ValueError with what is wrong."""
    if value is None or value == "":
        return None
    try:
        found = json.loads(str(value))
    except RecursionError as error:
        raise ValueError(f"{name} is nested too deeply") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"{name} is not JSON ({error})") from error
    if found is not None and not isinstance(found, kind):
        raise ValueError(f"{name} is not {'an object' if kind is dict else 'a list'}")
    return found


def context(value: Any, problems: Problems) -> dict[str, str] | None:
    """The context as stored, none meaning an empty one. None: it could not be read."""
    try:
        found = json_value(value, dict, "context")
    except ValueError as error:
        problems.add(f"{error} and is left out")
        return None
    values = {}
    for key, held in (found or {}).items():
        if isinstance(held, str | int | float):
            # A link class would have put such a number into its URL as Python writes it.
            values[text(key)] = text(held)
        elif held is not None:
            problems.add(f"context value {short(key)} is not a text and is left out")
    return values


def validated(model: type[M], data: dict[str, Any], what: str, problems: Problems) -> M | None:
    """`data` as a document; None where it breaks a rule of ours, said as `what`."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(map(str, first["loc"]))
        reason = first["msg"].removeprefix("Value error, ")
        problems.add(f"{what} is left out: {field} {reason}".replace("  ", " "))
        return None
