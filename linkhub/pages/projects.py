"""Projects by name, and one project's link page."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from linkhub.accounts.models import Project
from linkhub.lib.keyset import BadCursor, after, decode_cursor, encode_cursor
from linkhub.pages.access import project_or_404, signed_in
from linkhub.pages.address import Address
from linkhub.pages.asked import height, next_height
from linkhub.pages.project_page import project_page
from linkhub.pages.rendering import page
from linkhub.pages.requests import Request

PAGE = 100


@dataclass(frozen=True, slots=True)
class Projects:
    """One page of projects by name; `next` is the address of the following page, or `""`."""

    projects: list[Project]
    next: str


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
    show = height(request.GET)
    shown = project_page(
        found,
        request.user,
        Address.of(request),
        show=show,
        taller=next_height(show),
        now=timezone.now(),
    )
    return page(request, "projects/detail.html", {"page": shown}, partials={"project_body"})
