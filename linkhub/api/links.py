"""Resolved links: of all runs, of a run with all its actions, of one action."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Annotated, Literal

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.utils import timezone
from ninja import Query

from linkhub.api import paths
from linkhub.api.access import run_or_404, unit_or_404
from linkhub.api.auth import READ, ApiRequest
from linkhub.api.lists import MAX_LIMIT, Paged, Whole, list_response, plain_list
from linkhub.api.paging import BY_NAME, page
from linkhub.api.reading import Ordered
from linkhub.api.router import router
from linkhub.api.shapes import FoundLinks, LinkJson, LinkList, link_json
from linkhub.lib.keyset import encode_cursor
from linkhub.links.filters import Filters
from linkhub.links.listing import page_of_links, show_rows, to_come
from linkhub.links.read import (
    MAX_ACTIONS,
    ShownLink,
    links_of_actions,
    links_of_run,
    links_of_units,
)
from linkhub.links.shown import Place
from linkhub.runs.documents import Name
from linkhub.runs.models import Action, Run

Levels = Annotated[
    list[Literal["run", "action", "attempt", "pod"]],
    Query(default_factory=list, description="Only links of these levels."),
]
Actions = Annotated[
    list[Name],
    Query(
        default_factory=list,
        max_length=500,
        description="Only links of these actions and what is in them.",
    ),
]


@router.get("/links", tags=["Links"], auth=READ, response=FoundLinks, summary="List links")
def list_links(
    request: ApiRequest, filters: Query[Filters], asked: Query[Ordered]
) -> HttpResponseBase:
    """The links of every project that the token may see, those of the newest run first.

    They are found as they are stored, and shown as they are: one that changed since, or no longer
    matches, is `updating`. Links of a project's own level come last. Needs the ability `read`.
    """

    def produce(limit: int, cursor: str | None) -> tuple[Sequence[LinkJson], str | None]:
        rows, following = page_of_links(
            request.auth, filters, order=asked.order, limit=limit, cursor=cursor
        )
        return [link_json(link) for link in show_rows(rows, now=timezone.now())], following

    waiting = to_come(request.auth, filters)
    return list_response(
        request, LinkJson, asked, produce, narrowed_by=Filters.model_fields, to_come=waiting
    )


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
    asked: Query[Paged],
) -> HttpResponseBase:
    """The links of the run's own level and of all its actions. Needs the ability `read`.

    A page has the links of 1,000 actions by name; the first begins with the run's own level.
    """
    row = run_or_404(request.auth, project, domain, run)

    def produce(_limit: int, cursor: str | None) -> tuple[Sequence[LinkJson], str | None]:
        links, following = _of_run(row, action, cursor)
        return _narrowed(links, level), following

    return list_response(request, LinkJson, asked, produce, narrowed_by=("level", "action"))


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
    asked: Query[Whole],
) -> HttpResponseBase:
    """The links of one action, its attempts and pods. Needs the ability `read`."""
    unit = unit_or_404(request.auth, project, domain, run, action)
    places = {unit: Place(project, domain, run, action)}
    items = _narrowed(links_of_units(places, now=timezone.now())[unit], level)
    return list_response(request, LinkJson, asked, plain_list(items), narrowed_by=("level",))


def _of_run(
    run: Run, names: Collection[str], cursor: str | None
) -> tuple[Iterable[ShownLink], str | None]:
    actions = Action.objects.filter(run=run)
    now = timezone.now()
    if cursor is None and not names:
        return links_of_run(run, now=now), _behind_first_page(actions)
    if names:
        actions = actions.filter(name__in=names)
    rows, following = page(
        actions.select_related("run__project"),
        BY_NAME,
        lambda one: [one.name],
        limit=MAX_LIMIT,
        cursor=cursor,
    )
    links = links_of_actions(rows, now=now)
    return [link for one in rows for link in links[one.pk]], following


def _behind_first_page(actions: QuerySet[Action]) -> str | None:
    """The cursor behind the actions that `links_of_run` shows, if there are more."""
    names = actions.order_by("name").values_list("name", flat=True)
    border = list(names[MAX_ACTIONS - 1 : MAX_ACTIONS + 1])
    return encode_cursor(border[:1]) if len(border) == 2 else None


def _narrowed(links: Iterable[ShownLink], levels: Collection[str]) -> list[LinkJson]:
    return [link_json(link) for link in links if not levels or link.level in levels]
