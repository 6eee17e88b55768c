"""Resolved links: of a run with all its actions, of one action."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Annotated, Literal

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from ninja import Query

from linkhub.api import paths
from linkhub.api.access import action_or_404, run_or_404
from linkhub.api.answers import json_response
from linkhub.api.auth import READ, ApiRequest
from linkhub.api.paging import BY_NAME, MAX_LIMIT, Cursor, page
from linkhub.api.router import router
from linkhub.api.shapes import LinkList, link_json
from linkhub.lib.keyset import encode_cursor
from linkhub.links.read import (
    MAX_ACTIONS,
    ShownLink,
    links_of_action,
    links_of_actions,
    links_of_run,
)
from linkhub.runs.documents import Name
from linkhub.runs.models import Action

Levels = Annotated[
    list[Literal["run", "action", "attempt", "pod"]],
    Query(default_factory=list, description="Only links of these levels."),
]
Actions = Annotated[
    list[Name],
    Query(
        default_factory=list,
        max_length=MAX_LIMIT,
        description="Only links of these actions and what is in them.",
    ),
]


@router.get(
    f"{paths.RUN}/links", tags=["Links"], auth=READ, response=LinkList, summary="A run's links"
)
def list_run_links(
    request: ApiRequest,
    project: paths.ProjectName,
    domain: paths.DomainName,
    run: paths.RunName,
    level: Levels,
    action: Actions,
    cursor: Cursor = None,
) -> HttpResponse:
    """The links of the run's own level and of all its actions. Needs the ability `read`.

    A page has the links of 1,000 actions by name; the first begins with the run's own level.
    """
    row = run_or_404(request.auth, project, domain, run)
    actions = Action.objects.filter(run=row)
    now = timezone.now()
    if cursor is None and not action:
        return _answer(links_of_run(row, now=now), level, _behind_first_page(actions))
    if action:
        actions = actions.filter(name__in=action)
    rows, following = page(
        actions.select_related("run__project"),
        BY_NAME,
        lambda one: [one.name],
        limit=MAX_LIMIT,
        cursor=cursor,
    )
    links = links_of_actions(rows, now=now)
    return _answer((link for one in rows for link in links[one.pk]), level, following)


@router.get(
    f"{paths.ACTION}/links",
    tags=["Links"],
    auth=READ,
    response=LinkList,
    summary="An action's links",
)
def list_action_links(
    request: ApiRequest,
    project: paths.ProjectName,
    domain: paths.DomainName,
    run: paths.RunName,
    action: paths.ActionName,
    level: Levels,
) -> HttpResponse:
    """The links of one action, its attempts and pods. Needs the ability `read`."""
    row = action_or_404(request.auth, project, domain, run, action)
    return _answer(links_of_action(row, now=timezone.now()), level)


def _behind_first_page(actions: QuerySet[Action]) -> str | None:
    """The cursor behind the actions that `links_of_run` shows, if there are more."""
    names = actions.order_by("name").values_list("name", flat=True)
    border = list(names[MAX_ACTIONS - 1 : MAX_ACTIONS + 1])
    return encode_cursor(border[:1]) if len(border) == 2 else None


def _answer(
    links: Iterable[ShownLink], levels: Collection[str], following: str | None = None
) -> HttpResponse:
    items = [link_json(link) for link in links if not levels or link.level in levels]
    return json_response(LinkList(items=items, next=following))
