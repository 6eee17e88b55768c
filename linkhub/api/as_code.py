"""Definitions and tools as a file: export, diff, apply, and the file's schema."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Query
from pydantic import BaseModel, ConfigDict, Field

from linkhub.accounts.models import ApiToken, Project
from linkhub.api import examples
from linkhub.api.access import maintained_or_404, project_or_404
from linkhub.api.answers import json_response
from linkhub.api.auth import MANAGE, OF_INSTANCE, READ_DEFINITIONS, ApiRequest
from linkhub.api.bodies import Body, read_body
from linkhub.api.definitions import edited_by
from linkhub.api.problems import FieldError, forbidden, invalid
from linkhub.api.router import router
from linkhub.links.as_code.applying import apply_file, plan_file
from linkhub.links.as_code.exporting import as_yaml, export
from linkhub.links.as_code.file import DefinitionsFile, Label, read_file
from linkhub.links.as_code.plan import Options, Scope
from linkhub.links.as_code.schema import file_schema
from linkhub.links.as_code.showing import PlanJson, plan_json
from linkhub.links.as_code.tree import BadFile
from linkhub.runs.documents import Name
from linkhub.runs.scalars import Text

FILE: Body[DefinitionsFile] = Body(
    "DefinitionsFile", DefinitionsFile, {"a tool and a definition": examples.FILE}
)
YAML = "application/yaml"
_FILE_SCHEMA = {"schema": {"$ref": f"#/components/schemas/{FILE.name}"}}
EXPORTED = {"responses": {200: {"content": {YAML: _FILE_SCHEMA, "application/json": _FILE_SCHEMA}}}}


class Exported(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)

    project: Name | None = None
    """Only this project's definitions."""
    label: Label | None = None
    """Only what the file of this label keeps."""
    syntax: Literal["yaml", "json"] = "yaml"


class Compared(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)

    prune: bool = False
    """Delete what left the file of this label."""
    take_over: bool = False
    """Take what another label keeps."""

    @property
    def options(self) -> Options:
        return Options(prune=self.prune, take_over=self.take_over)


class Applied(Compared):
    reason: Annotated[Text, Field(max_length=1000)] = ""
    """For the history, such as a commit."""


@router.get(
    "/definitions:export",
    tags=["Definitions"],
    auth=READ_DEFINITIONS,
    response=dict[str, Any],
    summary="Export definitions and tools",
    openapi_extra=EXPORTED,
)
def export_definitions(request: ApiRequest, asked: Query[Exported]) -> HttpResponse:
    """What is stored, as a file that stores the same again. Needs `read` or `manage`.

    A project's token exports its project's definitions.
    """
    owner = _project_of(request.auth)
    if asked.project is not None:
        owner = project_or_404(request.auth, asked.project)
    elif owner is None and not request.auth.is_of_instance:
        raise forbidden(OF_INSTANCE)
    file = export(project=owner, label=asked.label)
    if asked.syntax == "json":
        return json_response(file)
    return HttpResponse(as_yaml(file), content_type=f"{YAML}; charset=utf-8")


@router.post(
    "/definitions:diff",
    tags=["Definitions"],
    auth=MANAGE,
    response=PlanJson,
    summary="Compare a file with what is stored",
    openapi_extra=FILE.openapi,
)
def diff_definitions(request: ApiRequest, asked: Query[Compared]) -> HttpResponse:
    """What applying the file, YAML or JSON, would change. Needs the ability `manage`."""
    body, scope = read_body(request), _scope_of(request.auth)
    with _mistakes_in_body():
        plan = plan_file(read_file(body), scope=scope, options=asked.options)
    return json_response(plan_json(plan, applied=False))


@router.post(
    "/definitions:apply",
    tags=["Definitions"],
    auth=MANAGE,
    response=PlanJson,
    summary="Apply a file of definitions and tools",
    openapi_extra=FILE.openapi,
)
def apply_definitions(request: ApiRequest, asked: Query[Applied]) -> HttpResponse:
    """Make what is stored what the file says: all of it, or nothing. Needs the ability `manage`.

    A project's token applies its project's definitions; tools and the rest need an unscoped one.
    """
    body, scope = read_body(request), _scope_of(request.auth)
    edit = edited_by(request.auth, reason=asked.reason)
    with _mistakes_in_body():
        plan = apply_file(read_file(body), scope=scope, options=asked.options, edit=edit)
    return json_response(plan_json(plan, applied=True))


@router.get(
    "/definitions.schema.json",
    tags=["Definitions"],
    auth=READ_DEFINITIONS,
    response=dict[str, Any],
    summary="The JSON Schema of such a file",
)
def definitions_schema(request: ApiRequest) -> HttpResponse:  # noqa: ARG001
    """What editors complete by and CI checks with. Needs `read` or `manage`."""
    return json_response(file_schema())


def _project_of(token: ApiToken) -> Project | None:
    """The project that the token is limited to, while its owner sees it."""
    return project_or_404(token, token.project.name) if token.project else None


def _scope_of(token: ApiToken) -> Scope:
    """What the token may change; 403 for a person's that is of no project and no admin's."""
    if token.project is not None:
        return Scope(maintained_or_404(token, token.project.name))
    if not token.is_of_instance:
        raise forbidden(OF_INSTANCE)
    return Scope()


@contextmanager
def _mistakes_in_body() -> Iterator[None]:
    """What is wrong with the file, as 422 with lines and places in it."""
    try:
        yield
    except BadFile as error:
        raise invalid(
            [
                FieldError(loc=["body", *one.loc], msg=f"{one.place}{one.message}")
                for one in error.mistakes
            ]
        ) from error
