"""Link definitions of the instance and of projects, and tools, as documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db.models import Value
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from ninja import Query

from linkhub.accounts.models import ApiToken, Project
from linkhub.api import examples, paths
from linkhub.api.access import maintained_or_404, project_or_404
from linkhub.api.answers import json_response
from linkhub.api.auth import MANAGE, MANAGE_INSTANCE, READ_DEFINITIONS, ApiRequest
from linkhub.api.bodies import Body
from linkhub.api.lists import Asked, list_response
from linkhub.api.paging import Order, page
from linkhub.api.problems import FieldError, invalid, not_found
from linkhub.api.router import router
from linkhub.api.shapes import DefinitionJson, DefinitionList, Deleted
from linkhub.links.checks import Invalid
from linkhub.links.definitions import delete_definition, save_definition
from linkhub.links.documents import DefinitionDocument, definition_as_document
from linkhub.links.edits import Edit
from linkhub.links.models import LinkDefinition

DEFINITION: Body[DefinitionDocument] = Body(
    "DefinitionDocument", DefinitionDocument, {"a template": examples.DEFINITION}
)
OF_PROJECT = paths.PROJECT + paths.DEFINITION
SAVED = {200: DefinitionJson, 201: DefinitionJson}
# A null would never compare, and the instance's would be left out of every page but the first.
OWNER = Coalesce("project__name", Value(""))
BY_KEY = Order(columns=("key", "owner"), kinds=(str, str))


@contextmanager
def faults_in_body(*place: str) -> Iterator[None]:
    """What is wrong with the document, as 422 with places in the body, where it is at `place`."""
    try:
        yield
    except Invalid as error:
        errors = [
            FieldError(loc=["body", *place, *one.loc], msg=one.message) for one in error.faults
        ]
        raise invalid(errors) from error


def edited_by(token: ApiToken, *, reason: str = "") -> Edit:
    """Who, for the history and the audit log: a token is not a user."""
    return Edit(token=token, way="API", reason=reason)


@router.get(
    "/definitions",
    tags=["Definitions"],
    response=DefinitionList,
    auth=READ_DEFINITIONS,
    summary="List definitions",
)
def list_definitions(request: ApiRequest, asked: Query[Asked]) -> HttpResponseBase:
    """The instance's definitions and those of the projects that the token may see, by key.

    Needs the ability `read` or `manage`.
    """
    visible = LinkDefinition.objects.alive().visible_to(request.auth)
    rows = visible.select_related("project", "tool").annotate(owner=OWNER)

    def produce(limit: int, cursor: str | None) -> tuple[Sequence[dict[str, Any]], str | None]:
        found, following = page(rows, BY_KEY, _place, limit=limit, cursor=cursor)
        return [definition_as_document(row) for row in found], following

    return list_response(request, DefinitionJson, asked, produce)


def _place(row: LinkDefinition) -> list[str]:
    return [row.key, row.project.name if row.project else ""]


@router.get(
    paths.DEFINITION,
    tags=["Definitions"],
    response=DefinitionJson,
    auth=READ_DEFINITIONS,
    summary="A definition of the instance's",
)
def get_instance_definition(request: ApiRequest, key: paths.DefinitionKey) -> HttpResponse:  # noqa: ARG001
    """The definition as a document that can be sent back. Needs `read` or `manage`."""
    return _get(None, key)


@router.put(
    paths.DEFINITION,
    tags=["Definitions"],
    response=SAVED,
    auth=MANAGE_INSTANCE,
    summary="Save a definition of the instance's",
    openapi_extra=DEFINITION.openapi,
)
def put_instance_definition(request: ApiRequest, key: paths.DefinitionKey) -> HttpResponse:
    """Make or replace the definition; old runs follow. Needs an unscoped `manage` token."""
    return _put(request, None, key, DEFINITION.read(request))


@router.delete(
    paths.DEFINITION,
    tags=["Definitions"],
    response=Deleted,
    auth=MANAGE_INSTANCE,
    summary="Delete a definition of the instance's",
)
def delete_instance_definition(request: ApiRequest, key: paths.DefinitionKey) -> HttpResponse:
    """Delete the definition and its links. Needs an unscoped `manage` token."""
    return _delete(request, None, key)


@router.get(
    OF_PROJECT,
    tags=["Definitions"],
    response=DefinitionJson,
    auth=READ_DEFINITIONS,
    summary="A definition of a project's",
)
def get_project_definition(
    request: ApiRequest, project: paths.ProjectName, key: paths.DefinitionKey
) -> HttpResponse:
    """The definition as a document that can be sent back. Needs `read` or `manage`."""
    return _get(project_or_404(request.auth, project), key)


@router.put(
    OF_PROJECT,
    tags=["Definitions"],
    response=SAVED,
    auth=MANAGE,
    summary="Save a definition of a project's",
    openapi_extra=DEFINITION.openapi,
)
def put_project_definition(
    request: ApiRequest, project: paths.ProjectName, key: paths.DefinitionKey
) -> HttpResponse:
    """Make or replace the definition; old runs follow. Needs the ability `manage`."""
    owner = maintained_or_404(request.auth, project)
    return _put(request, owner, key, DEFINITION.read(request))


@router.delete(
    OF_PROJECT,
    tags=["Definitions"],
    response=Deleted,
    auth=MANAGE,
    summary="Delete a definition of a project's",
)
def delete_project_definition(
    request: ApiRequest, project: paths.ProjectName, key: paths.DefinitionKey
) -> HttpResponse:
    """Delete the definition and its links. Needs the ability `manage`."""
    return _delete(request, maintained_or_404(request.auth, project), key)


def _get(project: Project | None, key: str) -> HttpResponse:
    rows = LinkDefinition.objects.alive().select_related("project", "tool")
    row = rows.filter(project=project, key=key).first()
    if row is None:
        raise not_found()
    return json_response(definition_as_document(row))


def _put(
    request: ApiRequest, project: Project | None, key: str, document: DefinitionDocument
) -> HttpResponse:
    with faults_in_body():
        row, created = save_definition(
            project=project, key=key, document=document, edit=edited_by(request.auth)
        )
    return json_response(definition_as_document(row), created=created)


def _delete(request: ApiRequest, project: Project | None, key: str) -> HttpResponse:
    with faults_in_body():
        there = delete_definition(project=project, key=key, edit=edited_by(request.auth))
    if not there:
        raise not_found()
    return json_response(Deleted(deleted=True))
