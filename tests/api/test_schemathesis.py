"""Whatever the OpenAPI document allows, and much that it does not: no answer of another kind.

All checks are made of every answer: no server error, no status, content type or shape that is not
documented, nothing valid refused and nothing invalid accepted. `SCHEMATHESIS_EXAMPLES` asks for
more than the few of every run of the tests, and for each boundary of each field.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig

from linkhub.wsgi import application
from tests.factories import (
    make_action,
    make_attached,
    make_attempt,
    make_definition,
    make_pod,
    make_run,
    make_token,
    make_tool,
)

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "0"))

# What a schema cannot say: that a template compiles, that a provider is one, that keys differ.
SEMANTIC = {"expected-statuses": ["2xx", "401", "403", "404", "422"]}
OPERATIONS = [
    {"include-operation-id": name, "checks": {"positive_data_acceptance": SEMANTIC}}
    for name in (
        "put_instance_definition",
        "put_project_definition",
        "preview_definition",
        "diff_definitions",
        "apply_definitions",
        "put_tool",
        "remove_tool",
        "put_task_links",
        "put_run",
        "patch_action",
    )
]
# An invalid document of a batch has an answer of its own, in an answer that is 200.
OPERATIONS.append(
    {
        "include-operation-id": "batch_runs",
        "checks": {"negative_data_rejection": {"enabled": False}},
    }
)
CONFIG = SchemathesisConfig.from_dict(
    {
        "generation": {"max-examples": EXAMPLES or 3, "deterministic": not EXAMPLES},
        "phases": {"coverage": {"enabled": bool(EXAMPLES)}},
        "operations": OPERATIONS,
    }
)


@schemathesis.hook
def map_query(_context: Any, query: dict[str, Any] | None) -> dict[str, Any] | None:
    """The first page: no schema says what a cursor is."""
    return {**query, "cursor": ""} if query and "cursor" in query else query


@schemathesis.serializer("application/x-ndjson")
def as_it_is(_context: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application, config=CONFIG)


@pytest.fixture
def token(db: None) -> str:
    """With every ability; there is what the document's examples name."""
    action = make_action(make_run(), "x1")
    make_attached(action.run)
    make_pod(make_attempt(action))
    make_definition("board", tool=make_tool())
    return make_token()[1]


@schema.parametrize()
@settings(deadline=None, suppress_health_check=list(HealthCheck))
def test_it_answers_as_documented(case: Any, token: str, one_connection: None) -> None:
    # Compressed answers would be compared as bytes.
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
    case.call_and_validate(headers=headers)
