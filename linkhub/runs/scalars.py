"""Single values as PostgreSQL can store them, and how JSON Schema describes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
)
from pydantic_core import CoreSchema

# Stamps count from 1970 on; the year 9999 leaves every time zone a day to be shown in.
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 12, 31, tzinfo=UTC)
# Times that are in these bounds in every time zone.
SURELY_STORABLE = (
    r"^(197[1-9]|19[89][0-9]|[2-8][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"
    r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9])$"
)


@dataclass(frozen=True, eq=False)
class Described:
    """Adds to a type's JSON schema what its validators check in Python. Hashed as itself."""

    words: Mapping[str, Any]

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), **self.words}


def _without_nul(value: str) -> str:
    if "\x00" in value:
        raise ValueError("must not contain the NUL character")
    return value


def _written_out(value: Any) -> Any:
    """Without numbers and text of seconds since 1970, which a lax validator takes for times too.

    A strict one would refuse all text that a validator in Python has seen before it.
    """
    if isinstance(value, datetime) or (isinstance(value, str) and value[4:5] == "-"):
        return value
    raise ValueError("must be a time such as 2026-01-05T10:00:00Z")


def _storable(moment: datetime) -> datetime:
    if not EARLIEST <= moment < LATEST:
        raise ValueError("must be from 1970 on and before 9999-12-31, in UTC")
    return moment.astimezone(UTC)


def _whole(value: Any) -> Any:
    """To JSON, 1 and 1.0 are the same number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Text = Annotated[str, AfterValidator(_without_nul), Described({"pattern": r"^[^\u0000]*$"})]
Short = Annotated[Text, StringConstraints(max_length=255)]
# A link's key, as a regular expression: a slug.
KEY = r"[-a-zA-Z0-9_]{1,255}"
Key = Annotated[str, StringConstraints(pattern=f"^{KEY}$")]
Moment = Annotated[
    AwareDatetime,
    Field(strict=False),
    BeforeValidator(_written_out),
    AfterValidator(_storable),
    Described({"pattern": SURELY_STORABLE, "examples": ["2026-01-05T10:00:00Z"]}),
]
# Behind the bounds of an `int`, or its JSON schema loses them.
WHOLE = BeforeValidator(_whole)
Finite = Annotated[float, Field(allow_inf_nan=False)]
