"""The first page: search, starred projects, recent runs."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from linkhub.accounts.models import Project
from linkhub.pages import addresses
from linkhub.pages.access import signed_in
from linkhub.pages.rendering import page
from linkhub.pages.requests import Request
from linkhub.pages.run_table import run_table
from linkhub.pages.tools import Toolbox
from linkhub.pages.windows import Window, first_runs
from linkhub.runs.models import Run

RECENT = 15
MOST_PROJECTS = 12


@require_safe
@signed_in
def home(request: Request) -> HttpResponse:
    projects = Project.objects.visible_to(request.user)
    recent = first_runs(Run.objects.visible_to(request.user), RECENT)
    starred = projects.filter(stars__user=request.user, stars__workflow=None).order_by("name")
    return page(
        request,
        "home.html",
        {
            "starred": list(starred),
            "projects": list(projects.order_by("name")[:MOST_PROJECTS]),
            "table": run_table(
                Window(recent, addresses.of_page(request)), Toolbox.load(), now=timezone.now()
            ),
        },
        partials={"run_table"},
    )
