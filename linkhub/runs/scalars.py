"""Single values as PostgreSQL can store them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field

# Stamps count from 1970 on; the year 9999 leaves every time zone a day to be shown in.
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 12, 31, tzinfo=UTC)


def _without_nul(value: str) -> str:
    if "\x00" in value:
        raise ValueError("must not contain the NUL character")
    return value


def _storable(moment: datetime) -> datetime:
    if not EARLIEST <= moment < LATEST:
        raise ValueError("must be from 1970 on and before 9999-12-31, in UTC")
    return moment.astimezone(UTC)


Text = Annotated[str, AfterValidator(_without_nul)]
Moment = Annotated[AwareDatetime, AfterValidator(_storable)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
