"""The OpenAPI document: what the framework finds, with bodies and refusals added.

Bodies are read by hand (`linkhub/api/bodies.py`), and every operation can refuse in the same ways.
"""

from __future__ import annotations

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from pydantic import TypeAdapter

from linkhub.api import (
    as_code,
    batch,
    cloudevents,
    definitions,
    lineage,
    preview,
    recording,
    tools,
)
from linkhub.api.bodies import Body
from linkhub.api.problems import KINDS, MEDIA_TYPE, ProblemDocument

REFERENCE = "#/components/schemas/{model}"
BODIES: tuple[Body[Any], ...] = (
    recording.RUN,
    batch.BATCH,
    recording.ACTION,
    recording.TASK_LINKS,
    recording.EMITTED,
    definitions.DEFINITION,
    as_code.FILE,
    preview.PREVIEW,
    tools.TOOL,
    lineage.LINEAGE,
    cloudevents.CLOUDEVENT,
)
ANY_OPERATION = (401, 403, 404, 422, 429)
WITH_BODY = (413, 415)


class Api(NinjaAPI):
    """The framework's API with the whole OpenAPI document."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        document = super().get_openapi_schema(**options)
        components = document["components"]
        for body in BODIES:
            _add_schema(components["schemas"], body.name, body.adapter)
        _add_schema(components["schemas"], "Problem", TypeAdapter(ProblemDocument))
        components["responses"] = {f"Problem{status}": _refusal(status) for status in KINDS}
        for operations in document["paths"].values():
            for operation in operations.values():
                _add_refusals(operation)
                _add_csv(operation)
        return document

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__


def _add_schema(schemas: dict[str, Any], name: str, adapter: TypeAdapter[Any]) -> None:
    schema = adapter.json_schema(ref_template=REFERENCE)
    schemas |= schema.pop("$defs", {})
    schemas[name] = schema


def _refusal(status: int) -> dict[str, Any]:
    response: dict[str, Any] = {
        "description": KINDS[status].title,
        "content": {MEDIA_TYPE: {"schema": {"$ref": REFERENCE.format(model="Problem")}}},
    }
    if status == 429:
        seconds = {"type": "integer", "minimum": 0}
        description = "Seconds to wait."
        response["headers"] = {"Retry-After": {"schema": seconds, "description": description}}
    if status == 401:
        response["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    return response


def _add_csv(operation: dict[str, Any]) -> None:
    """A list's other form: its operation is one that can be asked for it."""
    if any(one["name"] == "format" for one in operation["parameters"]):
        operation["responses"][200]["content"]["text/csv"] = {"schema": {"type": "string"}}


def _add_refusals(operation: dict[str, Any]) -> None:
    statuses = ANY_OPERATION + (WITH_BODY if "requestBody" in operation else ())
    for status in sorted(statuses):
        operation["responses"][status] = {"$ref": f"#/components/responses/Problem{status}"}
