"""The pages of one run and of one of its actions."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from linkhub.pages import addresses
from linkhub.pages.access import action_or_404, run_or_404, signed_in
from linkhub.pages.action_list import Part
from linkhub.pages.action_page import action_page
from linkhub.pages.rendering import page
from linkhub.pages.requests import Request
from linkhub.pages.run_page import run_page
from linkhub.pages.run_text import FORMS, run_text


@require_safe
@signed_in
def run_detail(request: Request, project: str, domain: str, run: str) -> HttpResponse:
    found = run_or_404(request, project, domain, run)
    if (form := request.GET.get("format", "")) in FORMS:
        url = request.build_absolute_uri(addresses.of_run(found))
        return run_text(found, form, url=url, now=timezone.now())
    found_page = run_page(
        found,
        part=Part.of(request.GET),
        explain=request.GET.get("explain"),
        now=timezone.now(),
    )
    context = {"page": found_page}
    return page(request, "runs/detail.html", context, partials={"run_body"})


@require_safe
@signed_in
def action_detail(
    request: Request, project: str, domain: str, run: str, action: str
) -> HttpResponse:
    found = run_or_404(request, project, domain, run)
    step = action_or_404(found, action)
    explain = request.GET.get("explain")
    context = {"page": action_page(found, step, explain=explain, now=timezone.now())}
    return page(request, "actions/detail.html", context, partials={"action_body"})
