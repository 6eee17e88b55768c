"""Single values as PostgreSQL can store them, and how JSON Schema describes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import (
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

# Stamps count from 1970 on; the year 9999 leaves every time zone a day to be shown in.
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 12, 31, tzinfo=UTC)
NOT_WRITTEN_OUT: Final = "must be a time such as 2026-01-05T10:00:00Z"
OUT_OF_BOUNDS = "must be from 1970 on and before 9999-12-31, in UTC"
# Times that are in these bounds in every time zone.
SURELY_STORABLE = (
    r"^(197[1-9]|19[89][0-9]|[2-8][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"
    r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9])$"
)
MOMENT_SCHEMA = {
    "type": "string",
    "format": "date-time",
    "pattern": SURELY_STORABLE,
    "examples": ["2026-01-05T10:00:00Z"],
}


@dataclass(frozen=True, eq=False)
class Described:
    """Adds to a type's JSON schema what its validators check in Python. Hashed as itself."""

    words: Mapping[str, Any]

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), **self.words}


@dataclass(frozen=True)
class WithoutNul:
    """A text that PostgreSQL can store; raises ValueError for the rest."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(_without_nul, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "pattern": r"^[^\u0000]*$"}


def _without_nul(value: str) -> str:
    if "\x00" in value:
        raise ValueError("must not contain the NUL character")
    return value


@dataclass(frozen=True)
class StorableMoment:
    """A time with its zone, given as ISO 8601, as PostgreSQL and the stamps can hold it; in UTC.

    Numbers, and text of seconds since 1970, are refused. Bounds and text are checked without
    Python, which a batch with its tens of thousands of times would spend most of its validation on.
    """

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        moment = core_schema.datetime_schema(strict=False, tz_constraint="aware")
        text = core_schema.str_schema(pattern="^[0-9]{4}-")
        checked = core_schema.json_or_python_schema(
            core_schema.chain_schema([_told(text, NOT_WRITTEN_OUT), moment]),
            core_schema.no_info_before_validator_function(_written_out, moment),
        )
        bounds = core_schema.datetime_schema(ge=EARLIEST, lt=LATEST)
        return core_schema.no_info_after_validator_function(
            _in_utc, core_schema.chain_schema([checked, _told(bounds, OUT_OF_BOUNDS)])
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return MOMENT_SCHEMA


def _told(schema: CoreSchema, message: str) -> CoreSchema:
    return core_schema.custom_error_schema(schema, "moment", custom_error_message=message)


def _written_out(value: Any) -> Any:
    """Without numbers and text of seconds since 1970, which a lax validator takes for times too."""
    if isinstance(value, datetime) or (isinstance(value, str) and value[4:5] == "-"):
        return value
    raise PydanticCustomError("moment", NOT_WRITTEN_OUT)


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.utcoffset() else moment.replace(tzinfo=UTC)


def _whole(value: Any) -> Any:
    """To JSON, 1 and 1.0 are the same number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


# Behind a text's limits: pydantic would check in Python those that follow it.
WITHOUT_NUL = WithoutNul()
Text = Annotated[str, WITHOUT_NUL]
Short = Annotated[str, StringConstraints(max_length=255), WITHOUT_NUL]
# A link's key, as a regular expression: a slug.
KEY = r"[-a-zA-Z0-9_]{1,255}"
Key = Annotated[str, StringConstraints(pattern=f"^{KEY}$")]
Moment = Annotated[datetime, StorableMoment()]
# Behind the bounds of an `int`, or its JSON schema loses them.
WHOLE = BeforeValidator(_whole)
Finite = Annotated[float, Field(allow_inf_nan=False)]
