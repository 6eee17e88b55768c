"""The first page: search, what is starred, recent runs; where all is empty, what comes next."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from linkhub.accounts.by_viewer import ByViewer
from linkhub.accounts.models import Project
from linkhub.links.newest import newest_runs
from linkhub.pages import addresses
from linkhub.pages.access import signed_in
from linkhub.pages.rendering import page
from linkhub.pages.requests import Request
from linkhub.pages.run_table import RunTable, run_table
from linkhub.pages.stars import PROJECT_COLUMNS, Starred, named_project, starred_by
from linkhub.pages.tools import Toolbox
from linkhub.pages.windows import Window

RECENT = 15
MOST_PROJECTS = 12


@dataclass(frozen=True, slots=True)
class HomePage:
    """`projects` are the first by name, for who has starred none. `site` is LinkHub's own address
    for the examples of a first start.
    """

    starred: Starred
    projects: list[Project]
    table: RunTable
    site: str

    @property
    def empty(self) -> bool:
        """Nothing has been recorded that the viewer may see."""
        return not self.projects and not self.table.groups


@require_safe
@signed_in
def home(request: Request) -> HttpResponse:
    recent = newest_runs(request.user, RECENT)
    window = Window(recent, addresses.of_page(request))
    shown = HomePage(
        starred=starred_by(request.user),
        projects=[named_project(row) for row in _FIRST.rows(request.user)],
        table=run_table(window, Toolbox.load(), now=timezone.now()),
        site=request.build_absolute_uri("/").rstrip("/"),
    )
    return page(request, "home.html", {"page": shown}, partials={"run_table"})


_FIRST = ByViewer(
    lambda visible: visible.order_by("name").values_list(*PROJECT_COLUMNS)[:MOST_PROJECTS]
)
