"""The editor in the admin: its parts' addresses, its form and what is saved from it."""

# Django names the arguments of these hooks.
# ruff: noqa: ARG002

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from linkhub.accounts.models import User
from linkhub.links.admin_definition_form import DefinitionForm, initial_of
from linkhub.links.checks import Invalid
from linkhub.links.editing.first_start import FirstStartForm, save_answers
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
from linkhub.links.models import LinkDefinition, Tool

Part = Callable[[HttpRequest, Editor], HttpResponse]
NAME = "links_linkdefinition_editor"


class DefinitionEditor(ModelAdmin):  # type: ignore[type-arg]
    """What the admin of definitions has of the editor."""

    form = DefinitionForm
    change_form_template = "admin/links/linkdefinition/change_form.html"

    def get_urls(self) -> list[Any]:
        parts: dict[str, Part] = {
            "preview": preview_part,
            "impact": impact_part,
            "answer": answer_part,
            "making": making_part,
            "proposals": self._proposals,
        }
        own = [
            path(f"{at}{part}", self.admin_site.admin_view(self._part(view)), name=f"{NAME}_{part}")
            for at in ("editor/", "<int:pk>/editor/")
            for part, view in parts.items()
        ]
        start = path(
            "first-start/", self.admin_site.admin_view(self.first_start), name=f"{NAME}_start"
        )
        return [start, *own, *super().get_urls()]

    def first_start(self, request: HttpRequest) -> HttpResponse:
        """Three questions, and an empty instance has working definitions."""
        if not (self.has_add_permission(request) and request.user.has_perm("links.add_tool")):
            raise PermissionDenied
        form = FirstStartForm(request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            try:
                keys = save_answers(form.answers, user=cast(User, request.user))
            except Invalid as error:
                form.add_error(None, str(error))
            else:
                messages.success(
                    request, f"Defined: {', '.join(keys)}. Every run has them, old ones too."
                )
                return redirect("admin:links_linkdefinition_changelist")
        context = {**self.admin_site.each_context(request), "title": "First start", "form": form}
        return render(request, "admin/links/linkdefinition/first_start.html", context)

    def _part(self, view: Part) -> Callable[..., HttpResponse]:
        """Only who may save a definition may try one: a preview shows what runs hold."""

        @require_POST
        def part(request: HttpRequest, pk: int | None = None) -> HttpResponse:
            row = None if pk is None else get_object_or_404(self.get_queryset(request), pk=pk)
            if not self._may_edit(request, row):
                raise PermissionDenied
            return view(request, Editor(cast(User, request.user), row=row))

        return part

    def _may_edit(self, request: HttpRequest, row: LinkDefinition | None) -> bool:
        if row is None:
            return self.has_add_permission(request)
        return self.has_change_permission(request, row)

    def _proposals(self, request: HttpRequest, editor: Editor) -> HttpResponse:
        return proposals_part(request, editor, draft_url=reverse("admin:links_linkdefinition_add"))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return super().get_changeform_initial_data(request) | initial_of(
            request.GET.get("draft", "")
        )

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        listed = reverse("admin:links_linkdefinition_changelist")
        base = f"{listed}{object_id}/editor/" if object_id else f"{listed}editor/"
        is_first = not Tool.objects.exists()
        context = editor_context(base) | {"is_first": is_first} | (extra_context or {})
        return super().changeform_view(request, object_id, form_url, context)

    def save_model(
        self,
        request: HttpRequest,
        obj: LinkDefinition,
        form: ModelForm[LinkDefinition],
        change: bool,
    ) -> None:
        row = save_form(
            cast(DefinitionForm, form),
            project=obj.project,
            key=obj.key,
            user=cast(User, request.user),
        )
        obj.pk = row.pk
