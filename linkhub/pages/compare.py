"""The page that shows a run beside another one, and where that one is chosen."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from django.http import HttpResponse
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.views.decorators.http import require_safe

from linkhub.pages import addresses
from linkhub.pages.access import run_or_404, signed_in
from linkhub.pages.comparing import compare
from linkhub.pages.rendering import page
from linkhub.pages.requests import Request
from linkhub.runs.models import Run

MOST_OFFERED = 10
DIFFERENCES = "differences"


@require_safe
@signed_in
def comparison(request: Request, project: str, domain: str, run: str) -> HttpResponse:
    left = run_or_404(request, project, domain, run)
    asked = request.GET.get("with", "").strip()
    right = _other(request, left, asked) if asked else None
    only = request.GET.get("show") == DIFFERENCES
    now = timezone.now()
    context = {
        "run": left,
        "run_href": addresses.of_run(left),
        "address": addresses.of_comparison(left),
        "asked": asked,
        "only": only,
        "found": compare(left, right, only_differences=only, now=now) if right else None,
        "swapped": addresses.of_comparison(right, left) if right else "",
        "offered": [] if right else _offered(left),
        "now": now,
    }
    return page(request, "runs/compare.html", context)


def _other(request: Request, left: Run, asked: str) -> Run | None:
    """By its name where all else is the same, else by the address of its page."""
    project, domain, name = left.project.name, left.domain, asked
    if (place := _place(asked)) is not None:
        project, domain, name = place
    runs = Run.objects.visible_to(request.user).select_related("project", "workflow")
    return runs.filter(project__name=project, domain=domain, name=name).first()


def _place(address: str) -> tuple[str, str, str] | None:
    """The run that an address of LinkHub's names: its page's, or a page's below that."""
    try:
        path = unquote(urlsplit(address).path)
        names = resolve(path).kwargs
        return names["project"], names["domain"], names["run"]
    except (ValueError, Resolver404, KeyError):
        return None


def _offered(run: Run) -> list[tuple[Run, str]]:
    """Other runs of the workflow, the newest first, each with the comparison's address."""
    if run.workflow_id is None:
        return []
    runs = Run.objects.filter(workflow=run.workflow_id).exclude(pk=run.pk)
    newest = runs.select_related("project").order_by("-created_at", "-id")[:MOST_OFFERED]
    return [(each, addresses.of_comparison(run, each)) for each in newest]
