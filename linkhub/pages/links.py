"""The all-workflow links: of everything the viewer may see, and of one project."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from linkhub.pages.access import project_or_404, signed_in
from linkhub.pages.requests import Request
from linkhub.pages.run_list import list_page
from linkhub.pages.run_table import Shape


@require_safe
@signed_in
def all_links(request: Request) -> HttpResponseBase:
    return list_page(request, "links/all.html", {"project": None}, fixed={})


@require_safe
@signed_in
def project_links(request: Request, project: str) -> HttpResponseBase:
    found = project_or_404(request, project)
    return list_page(
        request,
        "links/all.html",
        {"project": found},
        fixed={"project": found.name},
        shape=Shape(show_project=False),
    )
