"""A project's link definitions, for those who maintain it: the admin's editor, for theirs alone.

For everybody else there is nothing here, as for a project that does not exist.
"""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linkhub.accounts.models import Project
from linkhub.links.admin_definition_form import ProjectDefinitionForm, initial_of
from linkhub.links.checks import Invalid
from linkhub.links.definitions import delete_definition
from linkhub.links.editing.parts import (
    Editor,
    answer_part,
    editor_context,
    impact_part,
    making_part,
    preview_part,
    proposals_part,
)
from linkhub.links.editing.saving import save_form
from linkhub.links.models import LinkDefinition
from linkhub.pages.access import maintained_or_404, signed_in
from linkhub.pages.rendering import page
from linkhub.pages.requests import Request

Part = Callable[[HttpRequest, Editor], HttpResponse]
PARTS: dict[str, Part] = {
    "preview": preview_part,
    "impact": impact_part,
    "making": making_part,
    "answer": answer_part,
}


@require_safe
@signed_in
def index(request: Request, project: str) -> HttpResponse:
    owner = maintained_or_404(request, project)
    context = {"project": owner, "definitions": list(_definitions(owner))}
    return page(request, "definitions/index.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: Request, project: str) -> HttpResponse:
    """`?draft=` is a proposal made from a pasted URL."""
    owner = maintained_or_404(request, project)
    initial = initial_of(request.GET.get("draft", ""))
    return _edit(request, owner, LinkDefinition(project=owner), initial)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def change(request: Request, project: str, key: str) -> HttpResponse:
    owner = maintained_or_404(request, project)
    return _edit(request, owner, _definition_or_404(owner, key), None)


@require_POST
@signed_in
def remove(request: Request, project: str, key: str) -> HttpResponse:
    owner = maintained_or_404(request, project)
    row = _definition_or_404(owner, key)
    try:
        delete_definition(project=owner, key=row.key, user=request.user)
    except Invalid as error:
        messages.error(request, str(error))
        return redirect("project_definition", owner.name, row.key)
    messages.info(request, f"{row.key} is deleted. Old runs follow.")
    return redirect("definition_history", owner.name, row.key)


@require_POST
@signed_in
def part(request: Request, project: str, part: str, key: str | None = None) -> HttpResponse:
    """One part of the editor while somebody writes; nothing is stored."""
    owner = maintained_or_404(request, project)
    row = _definition_or_404(owner, key) if key is not None else None
    editor = Editor(request.user, project=owner, row=row)
    if part == "proposals":
        return proposals_part(
            request, editor, draft_url=reverse("project_new_definition", args=[owner.name])
        )
    if part not in PARTS:
        raise Http404("There is no such part.")
    return PARTS[part](request, editor)


def _definitions(owner: Project) -> QuerySet[LinkDefinition]:
    return LinkDefinition.objects.alive().filter(project=owner).select_related("tool", "project")


def _definition_or_404(owner: Project, key: str) -> LinkDefinition:
    row = _definitions(owner).filter(key=key).first()
    if row is None:
        raise Http404("There is no such definition, or you may not see it.")
    return row


def _edit(
    request: Request,
    owner: Project,
    row: LinkDefinition,
    initial: dict[str, object] | None,
) -> HttpResponse:
    """The editor; once it is saved, the list."""
    given = request.POST.copy() if request.method == "POST" else None
    if given is not None and row.pk:
        given["key"] = row.key
    # Checking a form may give a new row the place of a deleted one; the page is still that of a
    # new one.
    is_stored = row.pk is not None
    form = ProjectDefinitionForm(given, instance=row, initial=initial)
    form.fields["key"].disabled = is_stored
    if given is not None and form.is_valid() and _saved(request, form, owner):
        messages.info(request, f"{row.key} is saved. Old runs follow.")
        return redirect("project_definitions", owner.name)
    base = (
        reverse("project_definition", args=[owner.name, row.key])
        if is_stored
        else reverse("project_new_definition", args=[owner.name])
    )
    definition = row if is_stored else None
    context = editor_context(base) | {"form": form, "project": owner, "definition": definition}
    return page(request, "definitions/edit.html", context)


def _saved(request: Request, form: ProjectDefinitionForm, owner: Project) -> bool:
    key = form.cleaned_data["key"]
    try:
        save_form(form, project=owner, key=key, user=request.user)
    except Invalid as error:
        # What was right when the form was checked has changed since.
        form.add_error(None, str(error))
        return False
    return True
