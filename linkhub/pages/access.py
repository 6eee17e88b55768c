"""Who may see what on pages. What a viewer may not see is not there: 404.

No view looks up by itself what a user typed; it asks here.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url

from linkhub.accounts.by_viewer import ByViewer
from linkhub.accounts.models import Project, ProjectQuerySet
from linkhub.lib.made_once import models_of
from linkhub.lib.visible import plain
from linkhub.pages.rendering import asked_partial, page
from linkhub.pages.requests import Request
from linkhub.runs.models import Action, Run, Workflow

P = ParamSpec("P")
View = Callable[Concatenate[Request, P], HttpResponseBase]


class NotThereYet(Http404):
    """A run or action that may still be recorded, or that this viewer may not see: one answer."""


def signed_in(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let signed-in viewers through; what is not there yet becomes a page that waits for it."""

    @functools.wraps(view)
    def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        try:
            return view(cast(Request, request), *args, **kwargs)
        except NotThereYet as absent:
            return _not_there(request, absent)

    checked.needs_sign_in = True  # type: ignore[attr-defined]
    return checked


def _not_there(request: HttpRequest, absent: NotThereYet) -> HttpResponse:
    """Where a page that shows it asks for a part of itself, it is gone: that page loads anew."""
    response = page(request, "errors/not_there_yet.html", {"what": absent}, status=404)
    if asked_partial(request):
        response["HX-Refresh"] = "true"
    return response


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """A redirect; for htmx by header, else the sign-in page would be swapped into the page.

    What only takes forms is no page to come back to.
    """
    is_page = request.method in {"GET", "HEAD"}
    wanted = request.get_full_path() if is_page else resolve_url("home")
    response = redirect_to_login(wanted, resolve_url("sign_in"))
    if request.headers.get("HX-Request") is None:
        return response
    return HttpResponse(status=204, headers={"HX-Redirect": response["Location"]})


def project_or_404(request: Request, name: str) -> Project:
    for row in _PROJECT_BY_NAME.rows(request.user, name=name):
        return Project.from_db(DEFAULT_DB_ALIAS, _PROJECT, row)
    raise Http404("There is no such project, or you may not see it.")


def maintained_or_404(request: Request, name: str) -> Project:
    """What only its maintainers may see of a project is not there for others."""
    project = Project.objects.maintained_by(request.user).filter(name=name).first()
    if project is None:
        raise Http404("There is no such project, or you do not look after it.")
    return project


def workflows_or_404(request: Request, project: str, name: str) -> list[Workflow]:
    """The workflow of this name in each domain that has one."""
    rows = _WORKFLOWS_BY_NAME.rows(request.user, project=project, name=name)
    if found := [_workflow_of(row) for row in rows]:
        return found
    raise Http404("There is no such workflow, or you may not see it.")


def run_or_404(request: Request, project: str, domain: str, name: str) -> Run:
    """The run with its project and workflow, as far as pages show them."""
    for row in _RUN_BY_NAME.rows(request.user, project=project, domain=domain, name=name):
        return _run_of(row)
    raise NotThereYet(f"run {plain(name)}")


def action_or_404(run: Run, name: str) -> Action:
    action = run.actions.select_related("task").filter(name=name).first()
    if action is None:
        raise NotThereYet(f"action {plain(name)} of run {plain(run.name)}")
    return action


def _columns(model: type[Model], *left_out: str) -> tuple[str, ...]:
    """In the order that `from_db` wants them in."""
    fields = model._meta.concrete_fields
    return tuple(field.attname for field in fields if field.name not in left_out)


# Without what recording keeps beside each fact; read when something asks for it after all.
_RUN = _columns(Run, "stamps", "observed", "reopened_at", "received_at")
_PROJECT, _WORKFLOW = _columns(Project), _columns(Workflow)


def _project_by_name(visible: ProjectQuerySet, name: str) -> QuerySet[Project, Any]:
    return visible.filter(name=name).values_list(*_PROJECT)


def _run_by_name(
    visible: ProjectQuerySet, project: str, domain: str, name: str
) -> QuerySet[Run, Any]:
    of_name = visible.filter(name=project).values("pk")[:1]
    runs = Run.objects.filter(project=of_name, domain=domain, name=name)
    of_project = (f"project__{column}" for column in _PROJECT)
    of_workflow = (f"workflow__{column}" for column in _WORKFLOW)
    return runs.values_list(*_RUN, *of_project, *of_workflow)


def _workflows_by_name(
    visible: ProjectQuerySet, project: str, name: str
) -> QuerySet[Workflow, Any]:
    of_name = visible.filter(name=project).values("pk")[:1]
    found = Workflow.objects.filter(project=of_name, name=name).order_by("domain")
    of_project = (f"project__{column}" for column in _PROJECT)
    return found.values_list(*_WORKFLOW, *of_project)


_PROJECT_BY_NAME = ByViewer(_project_by_name, name=str)
_RUN_BY_NAME = ByViewer(_run_by_name, project=str, domain=str, name=str)
_WORKFLOWS_BY_NAME = ByViewer(_workflows_by_name, project=str, name=str)


def _workflow_of(row: tuple[Any, ...]) -> Workflow:
    workflow: Workflow
    workflow, workflow.project = models_of(row, (Workflow, _WORKFLOW), (Project, _PROJECT))
    return workflow


def _run_of(row: tuple[Any, ...]) -> Run:
    run: Run
    parts = (Run, _RUN), (Project, _PROJECT), (Workflow, _WORKFLOW)
    run, run.project, run.workflow = models_of(row, *parts)
    return run
