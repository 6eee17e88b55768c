"""The all-workflow links: of everything the viewer may see, and of one project."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from linkhub.pages.access import project_or_404, signed_in
from linkhub.pages.rendering import page
from linkhub.pages.requests import Request
from linkhub.pages.run_table import run_table
from linkhub.pages.windows import run_window
from linkhub.runs.models import Run


@require_safe
@signed_in
def all_links(request: Request) -> HttpResponse:
    window = run_window(request, Run.objects.visible_to(request.user))
    return page(
        request,
        "links/all.html",
        {"project": None, "table": run_table(window, now=timezone.now())},
        partials={"run_table"},
    )


@require_safe
@signed_in
def project_links(request: Request, project: str) -> HttpResponse:
    found = project_or_404(request, project)
    window = run_window(request, Run.objects.filter(project=found))
    table = run_table(window, now=timezone.now(), show_project=False)
    return page(
        request, "links/all.html", {"project": found, "table": table}, partials={"run_table"}
    )
