"""The API's page: the OpenAPI document rendered by the server.

Swagger and ReDoc need inline scripts and styles, which the content security policy forbids.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from linkhub.api.api import api
from linkhub.api.problems import KINDS

TAGS = ("Recording", "Events", "Links", "Reading", "Definitions", "Tools")


@dataclass(frozen=True)
class Parameter:
    name: str
    place: str
    type: str
    description: SafeString


@dataclass(frozen=True)
class Answer:
    """`schema` is the name of one on the page, or empty."""

    status: int
    description: str
    schema: str


@dataclass(frozen=True)
class Operation:
    id: str
    method: str
    path: str
    summary: str
    description: SafeString
    parameters: list[Parameter]
    body: str
    answers: list[Answer]


@dataclass(frozen=True)
class Field:
    """`reference` is the name of the schema that the type leads to, or empty."""

    name: str
    type: str
    reference: str
    required: bool
    description: SafeString


@dataclass(frozen=True)
class Schema:
    name: str
    description: SafeString
    fields: list[Field]

    @property
    def explains(self) -> bool:
        """Whether any field has a description."""
        return any(field.description for field in self.fields)


@require_safe
def api_page(request: HttpRequest) -> HttpResponse:
    """Open to everyone: it says what LinkHub can, not what this one holds."""
    document = api.get_openapi_schema()
    context = {
        "groups": groups(document),
        "schemas": schemas(document),
        "problems": [(status, kind, in_html(kind.detail)) for status, kind in KINDS.items()],
    }
    return render(request, "api/docs.html", context)


def in_html(text: str) -> SafeString:
    """The text with what stands between backticks as code, nothing in it as markup."""
    pieces = [
        format_html("<code>{}</code>", piece) if number % 2 else piece
        for number, piece in enumerate(text.split("`"))
    ]
    return format_html_join("", "{}", ((piece,) for piece in pieces))


def groups(document: Mapping[str, Any]) -> dict[str, list[Operation]]:
    """Operations by tag: recording first, as one gets to know LinkHub."""
    found: dict[str, list[Operation]] = {tag: [] for tag in TAGS}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            shown = _operation(method, path, operation)
            found[operation["tags"][0]].append(shown)
    return found


def schemas(document: Mapping[str, Any]) -> list[Schema]:
    components: Mapping[str, Any] = document["components"]["schemas"]
    return [
        Schema(name, in_html(schema.get("description", "")), list(_fields(schema)))
        for name, schema in sorted(components.items())
    ]


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> Operation:
    content = operation.get("requestBody", {}).get("content", {})
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        description=in_html(operation.get("description", "")),
        parameters=list(map(_parameter, operation["parameters"])),
        body=_reference(content.get("application/json", {}).get("schema", {})),
        answers=[
            Answer(int(status), each["description"], _answer_schema(each))
            for status, each in operation["responses"].items()
            if "description" in each
        ],
    )


def _parameter(parameter: Mapping[str, Any]) -> Parameter:
    return Parameter(
        name=parameter["name"],
        place=parameter["in"],
        type=_type(parameter["schema"])[0],
        description=in_html(parameter.get("description", "")),
    )


def _answer_schema(response: Mapping[str, Any]) -> str:
    return _reference(response.get("content", {}).get("application/json", {}).get("schema", {}))


def _fields(schema: Mapping[str, Any]) -> Iterable[Field]:
    required = schema.get("required", [])
    for name, field in schema.get("properties", {}).items():
        words, reference = _type(field)
        yield Field(name, words, reference, name in required, in_html(field.get("description", "")))


def _reference(schema: Mapping[str, Any]) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _type(schema: Mapping[str, Any]) -> tuple[str, str]:
    """A schema in words (`list of PodDocument or null`), and the schema it leads to, if any."""
    if reference := _reference(schema):
        return reference, reference
    if several := schema.get("anyOf", schema.get("oneOf", schema.get("allOf"))):
        parts = [_type(each) for each in several]
        return " or ".join(dict.fromkeys(words for words, _ in parts)), _first(parts)
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"])), ""
    if "const" in schema:
        return repr(schema["const"]), ""
    if "items" in schema:
        words, reference = _type(schema["items"])
        return f"list of {words}", reference
    if isinstance(values := schema.get("additionalProperties"), Mapping):
        words, reference = _type(values)
        return f"map to {words}", reference
    return str(schema.get("format", schema.get("type", "anything"))), ""


def _first(parts: Iterable[tuple[str, str]]) -> str:
    return next((reference for _, reference in parts if reference), "")
