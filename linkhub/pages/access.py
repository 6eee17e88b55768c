"""Who may see what on pages. What a viewer may not see is not there: 404.

No view looks up by itself what a user typed; it asks here.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url

from linkhub.accounts.models import Project
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
    project = Project.objects.visible_to(request.user).filter(name=name).first()
    if project is None:
        raise Http404("There is no such project, or you may not see it.")
    return project


def maintained_or_404(request: Request, name: str) -> Project:
    """What only its maintainers may see of a project is not there for others."""
    project = Project.objects.maintained_by(request.user).filter(name=name).first()
    if project is None:
        raise Http404("There is no such project, or you do not look after it.")
    return project


def workflows_or_404(request: Request, project: str, name: str) -> list[Workflow]:
    """The workflow of this name in each domain that has one."""
    workflows = Workflow.objects.filter(
        project__in=Project.objects.visible_to(request.user), project__name=project, name=name
    )
    found = list(workflows.select_related("project").order_by("domain"))
    if not found:
        raise Http404("There is no such workflow, or you may not see it.")
    return found


def run_or_404(request: Request, project: str, domain: str, name: str) -> Run:
    runs = Run.objects.visible_to(request.user).select_related("project", "workflow")
    run = runs.filter(project__name=project, domain=domain, name=name).first()
    if run is None:
        raise NotThereYet(f"run {plain(name)}")
    return run


def action_or_404(run: Run, name: str) -> Action:
    action = run.actions.select_related("task").filter(name=name).first()
    if action is None:
        raise NotThereYet(f"action {plain(name)} of run {plain(run.name)}")
    return action
