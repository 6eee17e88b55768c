"""Backfills: old runs following an edit, and how far they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from ninja import Query
from ninja.params.functions import Path
from typing_extensions import TypedDict

from linkhub.accounts.models import ApiToken, Project
from linkhub.api.access import maintained_or_404
from linkhub.api.answers import json_response
from linkhub.api.auth import MANAGE, OF_INSTANCE, READ_DEFINITIONS, ApiRequest
from linkhub.api.lists import Asked, list_response
from linkhub.api.paging import Order, page
from linkhub.api.problems import forbidden, not_found
from linkhub.api.router import router
from linkhub.links.backfill import cancel_backfill
from linkhub.links.models import Backfill
from linkhub.links.progress import Progress, progress_of

NEWEST_FIRST = Order(columns=("-change",), kinds=(int,))
Change = Annotated[int, Path(..., description="The backfill's change.", ge=0, le=2**63 - 1)]


class BackfillJson(TypedDict):
    """`change` numbers the instance's edits; `project` is null where all projects follow.

    `done` and `total` count actions, runs' own levels and projects; a large total is an estimate.
    `rate` is of a second. A project's token is not told numbers of the whole instance.
    """

    change: int
    project: str | None
    reason: str
    status: str
    done: int | None
    total: int | None
    rate: float | None
    created_at: datetime
    ends_at: datetime | None
    finished_at: datetime | None


class BackfillList(TypedDict):
    items: list[BackfillJson]
    next: str | None


@router.get(
    "/backfills",
    tags=["Definitions"],
    auth=READ_DEFINITIONS,
    response=BackfillList,
    summary="List backfills",
)
def list_backfills(request: ApiRequest, asked: Query[Asked]) -> HttpResponseBase:
    """Edits that old runs follow, or have followed, the newest first. Needs `read` or `manage`."""
    rows = _visible_to(request.auth).select_related("project")

    def produce(limit: int, cursor: str | None) -> tuple[Sequence[BackfillJson], str | None]:
        found, following = page(
            rows, NEWEST_FIRST, lambda row: [row.change], limit=limit, cursor=cursor
        )
        return _backfills_json(request.auth, found), following

    return list_response(request, BackfillJson, asked, produce)


@router.post(
    "/backfills/{change}:cancel",
    tags=["Definitions"],
    auth=MANAGE,
    response=BackfillJson,
    summary="Cancel a backfill",
)
def cancel_running_backfill(request: ApiRequest, change: Change) -> HttpResponse:
    """Mark no more of it; what is marked is still resolved, and what is looked at is shown right.

    One that has ended is left as it is. Needs the ability `manage`, and for one of the whole
    instance an unscoped token.
    """
    row = _visible_to(request.auth).select_related("project").filter(change=change).first()
    if row is None:
        raise not_found()
    if row.project is None and not request.auth.is_of_instance:
        raise forbidden(OF_INSTANCE)
    if row.project is not None:
        maintained_or_404(request.auth, row.project.name)
    if cancel_backfill(row):
        row.refresh_from_db()
    return json_response(_backfills_json(request.auth, [row])[0])


def _visible_to(token: ApiToken) -> QuerySet[Backfill]:
    """Those of the instance reach every project."""
    projects = Project.objects.visible_to(token)
    return Backfill.objects.filter(Q(project=None) | Q(project__in=projects))


def _backfills_json(token: ApiToken, rows: Sequence[Backfill]) -> list[BackfillJson]:
    progress = progress_of(rows, now=timezone.now())
    return [
        _backfill_json(row, None if row.project is None and not token.is_of_instance else each)
        for row, each in zip(rows, progress, strict=True)
    ]


def _backfill_json(row: Backfill, progress: Progress | None) -> BackfillJson:
    return BackfillJson(
        change=row.change,
        project=row.project.name if row.project else None,
        reason=row.reason,
        status=row.status,
        done=progress.done if progress else None,
        total=progress.total if progress else None,
        rate=progress.rate if progress else None,
        created_at=row.created_at,
        ends_at=progress.ends_at if progress else None,
        finished_at=row.finished_at,
    )
