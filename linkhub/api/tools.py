"""Tools, as documents. They are the instance's: every project's links may lead to them."""

from __future__ import annotations

from django.http import HttpResponse

from linkhub.api import examples, paths
from linkhub.api.answers import json_response
from linkhub.api.auth import MANAGE_INSTANCE, READ_DEFINITIONS, ApiRequest
from linkhub.api.bodies import Body
from linkhub.api.definitions import edited_by, faults_in_body
from linkhub.api.problems import not_found
from linkhub.api.router import router
from linkhub.api.shapes import Deleted, ToolJson
from linkhub.links.definitions import delete_tool, save_tool
from linkhub.links.documents import ToolDocument, tool_as_document
from linkhub.links.models import Tool

TOOL: Body[ToolDocument] = Body("ToolDocument", ToolDocument, {"Grafana": examples.TOOL})


@router.get(paths.TOOL, tags=["Tools"], response=ToolJson, auth=READ_DEFINITIONS, summary="A tool")
def get_tool(request: ApiRequest, tool: paths.ToolName) -> HttpResponse:  # noqa: ARG001
    """The tool as a document that can be sent back. Needs `read` or `manage`."""
    row = Tool.objects.filter(name=tool).first()
    if row is None:
        raise not_found()
    return json_response(tool_as_document(row))


@router.put(
    paths.TOOL,
    tags=["Tools"],
    response={200: ToolJson, 201: ToolJson},
    auth=MANAGE_INSTANCE,
    summary="Save a tool",
    openapi_extra=TOOL.openapi,
)
def put_tool(request: ApiRequest, tool: paths.ToolName) -> HttpResponse:
    """Make or replace the tool; links of old runs follow. Needs an unscoped `manage` token."""
    document = TOOL.read(request)
    with faults_in_body():
        row, created = save_tool(name=tool, document=document, edit=edited_by(request.auth))
    return json_response(tool_as_document(row), created=created)


@router.delete(
    paths.TOOL, tags=["Tools"], response=Deleted, auth=MANAGE_INSTANCE, summary="Delete a tool"
)
def remove_tool(request: ApiRequest, tool: paths.ToolName) -> HttpResponse:
    """Delete the tool, which no definition may need any more. Needs an unscoped `manage` token."""
    with faults_in_body():
        there = delete_tool(name=tool, edit=edited_by(request.auth))
    if not there:
        raise not_found()
    return json_response(Deleted(deleted=True))
