"""Reading what is recorded: projects, runs, a run with its actions."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from ninja import Query

from linkhub.accounts.models import Project
from linkhub.api import paths
from linkhub.api.access import action_or_404, run_or_404
from linkhub.api.answers import json_response
from linkhub.api.auth import READ, ApiRequest
from linkhub.api.executions import (
    ActionJson,
    ActionList,
    RunJson,
    RunList,
    RunSummary,
    actions_json,
    run_json,
    run_summary,
)
from linkhub.api.lists import MAX_LIMIT, Asked, list_response
from linkhub.api.paging import BY_NAME, page
from linkhub.api.router import router
from linkhub.api.shapes import ProjectJson, ProjectList
from linkhub.links.filters import Filters, OrderName
from linkhub.links.listing import to_come
from linkhub.links.run_listing import page_of_runs
from linkhub.runs.models import Action, Run


class Ordered(Asked):
    """How a list of runs, or of what belongs to runs, is asked for."""

    order: OrderName = "-created"
    """By the run's time, the newest first; by its end only what has ended."""


@router.get("/projects", tags=["Reading"], auth=READ, response=ProjectList, summary="List projects")
def list_projects(request: ApiRequest, asked: Query[Asked]) -> HttpResponseBase:
    """The projects that the token may see, by name. Needs the ability `read`."""

    def produce(limit: int, cursor: str | None) -> tuple[Sequence[ProjectJson], str | None]:
        visible = Project.objects.visible_to(request.auth)
        rows, following = page(visible, BY_NAME, lambda row: [row.name], limit=limit, cursor=cursor)
        return [_project(row) for row in rows], following

    return list_response(request, ProjectJson, asked, produce)


@router.get("/runs", tags=["Reading"], auth=READ, response=RunList, summary="List runs")
def list_runs(
    request: ApiRequest, filters: Query[Filters], asked: Query[Ordered]
) -> HttpResponseBase:
    """The runs of every project that the token may see, narrowed by filters. Needs `read`.

    A filter may be given several times: any of its values will do, but of labels all. Filters of
    links (`tool`, `state`, `key`, and beside them `task`) hold for one same link, as it is stored.
    """

    def produce(limit: int, cursor: str | None) -> tuple[Sequence[RunSummary], str | None]:
        rows, following = page_of_runs(
            request.auth, filters, order=asked.order, limit=limit, cursor=cursor
        )
        return [run_summary(row) for row in rows], following

    waiting = to_come(request.auth, filters) if filters.of_links else 0
    return list_response(
        request, RunSummary, asked, produce, narrowed_by=Filters.model_fields, to_come=waiting
    )


@router.get(paths.RUN, tags=["Reading"], auth=READ, response=RunJson, summary="A run")
def get_run(
    request: ApiRequest, project: paths.ProjectName, domain: paths.DomainName, run: paths.RunName
) -> HttpResponse:
    """A run with its first 1,000 actions by name. Needs the ability `read`."""
    row = run_or_404(request.auth, project, domain, run)
    actions, following = _actions(row, limit=MAX_LIMIT, cursor=None)
    return json_response(run_json(row, actions, following))


@router.get(
    f"{paths.RUN}/actions",
    tags=["Reading"],
    auth=READ,
    response=ActionList,
    summary="A run's actions",
)
def list_actions(
    request: ApiRequest,
    project: paths.ProjectName,
    domain: paths.DomainName,
    run: paths.RunName,
    asked: Query[Asked],
) -> HttpResponseBase:
    """A run's actions, by name. Needs the ability `read`."""
    row = run_or_404(request.auth, project, domain, run)

    def produce(limit: int, cursor: str | None) -> tuple[Sequence[ActionJson], str | None]:
        actions, following = _actions(row, limit=limit, cursor=cursor)
        return actions_json(row, actions), following

    return list_response(request, ActionJson, asked, produce)


@router.get(paths.ACTION, tags=["Reading"], auth=READ, response=ActionJson, summary="An action")
def get_action(
    request: ApiRequest,
    project: paths.ProjectName,
    domain: paths.DomainName,
    run: paths.RunName,
    action: paths.ActionName,
) -> HttpResponse:
    """One action with its attempts and pods. Needs the ability `read`."""
    row = action_or_404(request.auth, project, domain, run, action)
    return json_response(actions_json(row.run, [row])[0])


def _project(row: Project) -> ProjectJson:
    return ProjectJson(
        name=row.name,
        title=row.title,
        description=row.description,
        visibility=row.visibility,
    )


def _actions(run: Run, *, limit: int, cursor: str | None) -> tuple[list[Action], str | None]:
    rows = Action.objects.filter(run=run).select_related("task")
    return page(rows, BY_NAME, lambda row: [row.name], limit=limit, cursor=cursor)
