"""Version 1 of the API, with all operations on it."""

from __future__ import annotations

# What they hang on the router is the API.
from linkhub.api import (  # noqa: F401
    as_code,
    backfills,
    batch,
    cloudevents,
    definitions,
    explaining,
    finding,
    lineage,
    links,
    preview,
    problems,
    reading,
    recording,
    tools,
)
from linkhub.api.openapi import Api
from linkhub.api.router import router

api = Api(
    title="LinkHub",
    version="1",
    description="Record executions, define links, read links resolved. `docs/api.md` is the guide.",
    urls_namespace="api",
    docs_url=None,
)
problems.register(api)
api.add_router("", router)
