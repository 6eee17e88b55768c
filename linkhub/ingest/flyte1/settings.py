"""Settings of a Flyte 1 source."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from linkhub.ingest.sources.settings import SourceSettings


class Flyte1Settings(SourceSettings):
    """`docs/orchestrators/flyte1.md` says what each is for."""

    auth: Literal["none", "bearer", "client_secret"] | None = None
    """None: `bearer` where a credential is named, else `none`."""
    header: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,63}$")] = "authorization"
    client_id: str = ""
    token_url: str = ""
    scopes: list[str] = ["all"]
    audience: str = ""
    console_url: str = ""
    history_days: Annotated[int, Field(ge=0, le=36_500)] = 30
    """How far back the first poll reads; 0 is everything."""
