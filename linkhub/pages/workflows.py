"""One workflow's runs and links, over all domains that have it."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from linkhub.pages.access import signed_in, workflows_or_404
from linkhub.pages.rendering import page
from linkhub.pages.requests import Request
from linkhub.pages.run_table import run_table
from linkhub.pages.windows import run_window
from linkhub.runs.models import Run


@require_safe
@signed_in
def detail(request: Request, project: str, workflow: str) -> HttpResponse:
    workflows = workflows_or_404(request, project, workflow)
    window = run_window(request, Run.objects.filter(workflow__in=workflows))
    table = run_table(window, now=timezone.now(), show_project=False, show_workflow=False)
    context = {
        "project": workflows[0].project,
        "workflow": workflow,
        "domains": [each.domain for each in workflows],
        "table": table,
    }
    return page(request, "workflows/detail.html", context, partials={"run_table"})
