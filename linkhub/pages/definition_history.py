"""What became of a project's definitions, for those who maintain it; and having a state back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from linkhub.accounts.models import Project
from linkhub.links.checks import Invalid
from linkhub.links.edits import Edit
from linkhub.links.history import last_living, records_of, revisions_of, roll_back
from linkhub.links.models import LinkDefinition
from linkhub.links.revision_text import shown_revisions
from linkhub.pages.access import maintained_or_404, signed_in
from linkhub.pages.rendering import page
from linkhub.pages.requests import Request


@require_safe
@signed_in
def history(request: Request, project: str, key: str) -> HttpResponse:
    """Of a deleted definition too."""
    owner = maintained_or_404(request, project)
    row = _row_or_404(owner, key)
    context = {
        "project": owner,
        "definition": row,
        "revisions": shown_revisions(revisions_of(row)),
        "gone": last_living(row) if row.deleted else None,
    }
    return page(request, "definitions/history.html", context)


@require_POST
@signed_in
def restore(request: Request, project: str, key: str, record: int) -> HttpResponse:
    """Store again what was stored after that change."""
    owner = maintained_or_404(request, project)
    row = _row_or_404(owner, key)
    found = records_of(row).filter(history_id=record, deleted=False).first()
    if found is None:
        raise Http404("There is no such change.")
    edit = Edit(user=request.user, reason=request.POST.get("reason", "")[:500], way="page")
    try:
        roll_back(found, edit=edit)
    except Invalid as error:
        messages.error(request, f"It cannot be as it was: {error}.")
    else:
        messages.info(request, f"{key} is as it was. Old runs follow.")
    return redirect("definition_history", owner.name, key)


def _row_or_404(owner: Project, key: str) -> LinkDefinition:
    row = LinkDefinition.objects.filter(project=owner, key=key).first()
    if row is None:
        raise Http404("There is no such definition, or you may not see it.")
    return row
