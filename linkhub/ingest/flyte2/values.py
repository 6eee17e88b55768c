"""Single values of Flyte 2's messages, as proto3's JSON has them or as `wire.py` reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from linkhub.runs.documents import MAX_KEYS
from linkhub.runs.phases import Phase

MAX_TEXT = 10_000
MAX_SHORT = 255
# flyteidl2.common.ActionPhase, by number.
PHASES = (
    None,
    Phase.QUEUED,
    Phase.WAITING_FOR_RESOURCES,
    Phase.INITIALIZING,
    Phase.RUNNING,
    Phase.SUCCEEDED,
    Phase.FAILED,
    Phase.ABORTED,
    Phase.TIMED_OUT,
    Phase.PAUSED,
    Phase.RECOVERED,
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PREFIX = "ACTION_PHASE_"
BY_NAME = {f"{PREFIX}{phase.name}": phase for phase in PHASES if phase}
# RFC 3339; what is finer than a microsecond is dropped.
MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,6})?\d*(Z|[+-]\d\d:\d\d)")


class Invalid(ValueError):
    """A value that no message of Flyte's has; the message names the field."""


def phase(value: Any) -> Phase | None:
    """None where it is not said, or is one that LinkHub does not know yet."""
    if isinstance(value, str):
        return BY_NAME.get(value)
    if isinstance(value, int) and 0 <= value < len(PHASES):
        return PHASES[value]
    return None


def moment(value: Any, name: str = "a time") -> datetime | None:
    """None where there is none: 1970 stands for that too, as Go's zero does."""
    if value is None:
        return None
    found = MOMENT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise Invalid(f"{name} is not a time")
    try:
        parsed = datetime.fromisoformat(f"{found[1]}{found[2] or ''}{found[3]}").astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Invalid(f"{name} is not a time") from error
    return parsed if parsed.timestamp() > 0 else None


def text(value: Any, limit: int = MAX_TEXT) -> str:
    """A text as it can be kept: without NUL, cut where it is endless."""
    clean = str(value or "").replace("\x00", "\N{REPLACEMENT CHARACTER}")
    clean = clean.encode("utf-8", "replace").decode()
    return clean if len(clean) <= limit else f"{clean[: limit - 1]}…"


def short(value: Any) -> str:
    return text(value, MAX_SHORT)


def attempt(value: Any) -> int:
    """The number of an attempt; what is none counts as the first."""
    return value if isinstance(value, int) and value > 0 else 1


def string_map(value: Any) -> dict[str, str]:
    """A map of texts within the limits of documents; what is beyond them is left out."""
    if not isinstance(value, Mapping):
        return {}
    pairs = ((short(key), text(held)) for key, held in value.items() if key)
    return dict(list(pairs)[:MAX_KEYS])


def context(pairs: Any) -> dict[str, str]:
    """`Inputs.context`: a list of pairs, the later of the same key counts."""
    return string_map({text(pair.get("key")): pair.get("value") for pair in objects(pairs)})


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a JSON list, none where it is no list."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def inner(value: Any, *names: str) -> dict[str, Any]:
    """The object at the end of the path, an empty one where there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, dict) else {}
