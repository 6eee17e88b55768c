"""One workflow's runs and links, over all domains that have it."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from linkhub.pages.access import signed_in, workflows_or_404
from linkhub.pages.requests import Request
from linkhub.pages.run_list import list_page
from linkhub.pages.run_table import Shape
from linkhub.pages.workflow_page import workflow_page


@require_safe
@signed_in
def detail(request: Request, project: str, workflow: str) -> HttpResponseBase:
    workflows = workflows_or_404(request, project, workflow)
    return list_page(
        request,
        "workflows/detail.html",
        {"page": workflow_page(workflows, request.user, timezone.now())},
        fixed={"project": project, "workflow": workflow},
        shape=Shape(show_project=False, show_workflow=False),
    )
