"""Views that do nothing, for the same callers and behind the same middleware as the real ones."""

from __future__ import annotations

import functools

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from ninja import NinjaAPI

from linkhub.accounts.models import Project
from linkhub.api.auth import INGEST, READ
from linkhub.api.bodies import read_body
from linkhub.ingest.models import Arrival
from linkhub.pages.access import signed_in
from linkhub.pages.requests import Request

api = NinjaAPI(urls_namespace="bench", docs_url=None, openapi_url=None)


@api.get("empty", auth=READ)
def empty_get(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    return HttpResponse()


@api.api_operation(["PUT", "POST"], "empty", auth=INGEST)
def empty_write(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    return HttpResponse()


@api.post("insert", auth=INGEST)
def one_insert(request: HttpRequest) -> HttpResponse:
    """Keeps the body, as taking an event does; nothing is ever done with it."""
    body = read_body(request).decode()
    kind = Arrival.Kind.OPENLINEAGE
    Arrival.objects.create(kind=kind, project_id=_project(), domain="d", body=body, due_at=None)
    return HttpResponse()


@functools.cache
def _project() -> int:
    return Project.objects.get_or_create(name="bench-inserts")[0].pk


@signed_in
def empty_page(request: Request) -> HttpResponse:  # noqa: ARG001
    return HttpResponse()


urlpatterns = [
    path("bench/api/", api.urls),
    path("bench/page", empty_page),
    path("", include("linkhub.urls")),
]
