"""Stars: the projects and workflows that a viewer keeps at hand.

A workflow is starred by its name in a project, as its page shows it: in whatever domain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from linkhub.accounts.by_viewer import ByViewer
from linkhub.accounts.models import Project, ProjectQuerySet, User
from linkhub.lib.made_once import MadeOnce
from linkhub.pages import addresses
from linkhub.pages.access import project_or_404, signed_in, workflows_or_404
from linkhub.pages.models import Star
from linkhub.pages.rendering import asked_partial
from linkhub.pages.requests import Request
from linkhub.runs.models import Workflow


@dataclass(frozen=True, slots=True)
class StarredWorkflow:
    project: Project
    name: str
    href: str


@dataclass(frozen=True, slots=True)
class Starred:
    """What a viewer starred and may still see, by name."""

    projects: list[Project]
    workflows: list[StarredWorkflow]


@dataclass(frozen=True, slots=True)
class StarButton:
    """`on` where it is starred; `action` is where the form posts to, `what` is starred."""

    on: bool
    action: str
    what: str


def starred_by(user: User) -> Starred:
    """One query. What the user may no longer see is left out, and back when it may be seen."""
    projects: list[Project] = []
    workflows: dict[tuple[str, str], StarredWorkflow] = {}
    for workflow, *row in _STARRED.rows(user, user=user.pk):
        project = named_project(row)
        if workflow is None:
            projects.append(project)
            continue
        href = addresses.of_workflow(project.name, workflow)
        workflows[project.name, workflow] = StarredWorkflow(project, workflow, href)
    return Starred(projects, [*workflows.values()])


# What a project is shown by.
PROJECT_COLUMNS = ("id", "name", "title", "description")


def named_project(row: Sequence[Any]) -> Project:
    return Project.from_db(DEFAULT_DB_ALIAS, PROJECT_COLUMNS, row)


def _starred(visible: ProjectQuerySet, user: int) -> QuerySet[Star, Any]:
    stars = Star.objects.filter(user=user, project__in=visible)
    columns = (f"project__{column}" for column in PROJECT_COLUMNS)
    ordered = stars.order_by("project__name", "workflow__name")
    return ordered.values_list("workflow__name", *columns)


_STARRED = ByViewer(_starred, user=int)


def star_button(user: User, project: Project, workflow: str = "") -> StarButton:
    """The button of the project's page, or of its workflow of that name. One query."""
    if workflow:
        on = bool(_OF_WORKFLOW.rows(user=user.pk, project=project.pk, workflow=workflow))
        page = addresses.of_workflow(project.name, workflow)
        return StarButton(on, f"{page}star", workflow)
    on = bool(_OF_PROJECT.rows(user=user.pk, project=project.pk))
    return StarButton(on, f"{addresses.of_project(project.name)}star", str(project))


def _of_project(user: int, project: int) -> QuerySet[Star, Any]:
    return Star.objects.filter(user=user, project=project, workflow=None).values_list("pk")[:1]


def _of_workflow(user: int, project: int, workflow: str) -> QuerySet[Star, Any]:
    stars = Star.objects.filter(user=user, project=project, workflow__name=workflow)
    return stars.values_list("pk")[:1]


_OF_PROJECT = MadeOnce(_of_project, user=int, project=int)
_OF_WORKFLOW = MadeOnce(_of_workflow, user=int, project=int, workflow=str)


@require_POST
@signed_in
def star_project(request: Request, project: str) -> HttpResponse:
    found = project_or_404(request, project)
    _set_star(request, found, [])
    button = star_button(request.user, found)
    return _answer(request, button, addresses.of_project(found.name))


@require_POST
@signed_in
def star_workflow(request: Request, project: str, workflow: str) -> HttpResponse:
    found = workflows_or_404(request, project, workflow)
    _set_star(request, found[0].project, found)
    button = star_button(request.user, found[0].project, workflow)
    return _answer(request, button, addresses.of_workflow(project, workflow))


def _set_star(request: Request, project: Project, workflows: Sequence[Workflow]) -> None:
    """As `on` says, however often it is said."""
    if request.POST.get("on") == "1":
        workflow = workflows[0] if workflows else None
        Star.objects.get_or_create(user=request.user, project=project, workflow=workflow)
        return
    stars = Star.objects.filter(user=request.user, project=project)
    (stars.filter(workflow__in=workflows) if workflows else stars.filter(workflow=None)).delete()


def _answer(request: Request, button: StarButton, page: str) -> HttpResponse:
    if asked_partial(request) == "star":
        return render(request, "components/star.html", {"star": button})
    return redirect(page)
