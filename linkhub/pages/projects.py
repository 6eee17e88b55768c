"""Projects, and one project's link page."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from linkhub.accounts.models import Project
from linkhub.lib.keyset import BadCursor, after, decode_cursor, encode_cursor
from linkhub.links.read import links_of_project
from linkhub.pages import addresses
from linkhub.pages.access import project_or_404, signed_in
from linkhub.pages.chips import ToolChips, by_tool, make_chips, may_still_change
from linkhub.pages.models import Pin
from linkhub.pages.rendering import page
from linkhub.pages.requests import Request
from linkhub.pages.run_table import RunTable, run_table
from linkhub.pages.tools import Toolbox
from linkhub.pages.windows import Window, first_runs
from linkhub.runs.models import Run, RunQuerySet, Workflow

PAGE = 100
RECENT = 15
MOST_WORKFLOWS = 50


@dataclass(frozen=True, slots=True)
class Projects:
    """One page of projects by name; `next` is the address of the following page, or `""`."""

    projects: list[Project]
    next: str


@dataclass(frozen=True, slots=True)
class ProjectPage:
    """`latest` is a table of each workflow's latest run, `recent` one of the newest runs."""

    project: Project
    pins: list[Pin]
    tools: list[ToolChips]
    latest: RunTable
    recent: RunTable
    live: bool


@require_safe
@signed_in
def index(request: Request) -> HttpResponse:
    visible = Project.objects.visible_to(request.user)
    cursor = request.GET.get("after", "")
    try:
        behind = decode_cursor(cursor, (str,)) if cursor else None
    except BadCursor as error:
        raise Http404("This part of the list is not there.") from error
    found = list(after(visible, ("name",), behind)[: PAGE + 1])
    more = f"?after={encode_cursor([found[PAGE - 1].name])}" if len(found) > PAGE else ""
    return page(request, "projects/index.html", {"page": Projects(found[:PAGE], more)})


@require_safe
@signed_in
def detail(request: Request, project: str) -> HttpResponse:
    found = project_or_404(request, project)
    return page(
        request,
        "projects/detail.html",
        {"page": _project_page(request, found)},
        partials={"project_body"},
    )


def _project_page(request: Request, project: Project) -> ProjectPage:
    now = timezone.now()
    links = links_of_project(project, now=now)
    runs = Run.objects.filter(project=project)
    latest = Window(_latest_runs(project), addresses.of_page(request))
    recent = Window(first_runs(runs, RECENT), addresses.of_page(request))
    latest_table = run_table(
        latest, now=now, show_project=False, workflows_lead=True, part="latest"
    )
    recent_table = run_table(recent, now=now, show_project=False)
    return ProjectPage(
        project=project,
        pins=list(_pins(request, project)),
        tools=by_tool(make_chips(links, Toolbox.load())),
        latest=latest_table,
        recent=recent_table,
        live=latest_table.live or recent_table.live or may_still_change(links),
    )


def _latest_runs(project: Project) -> list[Run]:
    """The latest run of each workflow, from the rows that are kept: no scan over runs."""
    latest = Workflow.objects.filter(project=project, latest_run__isnull=False)
    runs: RunQuerySet = Run.objects.filter(pk__in=latest.values("latest_run_id"))
    return first_runs(runs, MOST_WORKFLOWS)


def _pins(request: Request, project: Project) -> QuerySet[Pin]:
    return project.pins.filter(Q(user=request.user) | Q(user__isnull=True))
