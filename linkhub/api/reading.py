"""Reading what is recorded: projects, a run with its actions."""

from __future__ import annotations

from django.http import HttpResponse

from linkhub.accounts.models import Project
from linkhub.api import paths
from linkhub.api.access import action_or_404, run_or_404
from linkhub.api.answers import json_response
from linkhub.api.auth import READ, ApiRequest
from linkhub.api.executions import (
    ActionJson,
    ActionList,
    RunJson,
    actions_json,
    run_json,
)
from linkhub.api.paging import BY_NAME, MAX_LIMIT, Cursor, Limit, page
from linkhub.api.router import router
from linkhub.api.shapes import ProjectJson, ProjectList
from linkhub.runs.models import Action, Run


@router.get("/projects", tags=["Reading"], auth=READ, response=ProjectList, summary="List projects")
def list_projects(request: ApiRequest, limit: Limit = 100, cursor: Cursor = None) -> HttpResponse:
    """The projects that the token may see, by name. Needs the ability `read`."""
    visible = Project.objects.visible_to(request.auth)
    rows, following = page(visible, BY_NAME, lambda row: [row.name], limit=limit, cursor=cursor)
    items = [
        ProjectJson(
            name=row.name,
            title=row.title,
            description=row.description,
            visibility=row.visibility,
        )
        for row in rows
    ]
    return json_response(ProjectList(items=items, next=following))


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
    limit: Limit = 100,
    cursor: Cursor = None,
) -> HttpResponse:
    """A run's actions, by name. Needs the ability `read`."""
    row = run_or_404(request.auth, project, domain, run)
    actions, following = _actions(row, limit=limit, cursor=cursor)
    return json_response(ActionList(items=actions_json(row, actions), next=following))


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


def _actions(run: Run, *, limit: int, cursor: str | None) -> tuple[list[Action], str | None]:
    rows = Action.objects.filter(run=run).select_related("task")
    return page(rows, BY_NAME, lambda row: [row.name], limit=limit, cursor=cursor)
