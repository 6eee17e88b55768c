"""Tools and link definitions, for admins. Saving goes the API's way: see `definitions.py`."""

# Django and the base class name the arguments of these hooks.
# ruff: noqa: ARG002

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path

from linkhub.accounts.models import User
from linkhub.links.admin_backfills import BackfillAdmin
from linkhub.links.admin_editor import DefinitionEditor
from linkhub.links.admin_explain import explain_on
from linkhub.links.admin_forms import ToolForm
from linkhub.links.admin_history import HistoryAdmin
from linkhub.links.admin_import import ImportPage
from linkhub.links.admin_usage import USAGE_COLUMNS, UnusedFilter, UsageColumns, with_usage
from linkhub.links.definitions import delete_definition, delete_tool, save_tool
from linkhub.links.explained import Explained
from linkhub.links.models import LinkDefinition, Tool

__all__ = ["BackfillAdmin", "LinkDefinitionAdmin", "ToolAdmin"]


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


@admin.register(Tool)
class ToolAdmin(HistoryAdmin):
    form = ToolForm
    list_display = ("name", "title", "kind", "base_url", "position")
    list_filter = ("kind",)
    search_fields = ("name", "title", "base_url")

    def get_readonly_fields(self, request: HttpRequest, obj: Tool | None = None) -> list[str]:
        return ["name"] if obj else []

    def save_model(
        self, request: HttpRequest, obj: Tool, form: ModelForm[Tool], change: bool
    ) -> None:
        document = cast(ToolForm, form).document
        row, _ = save_tool(name=obj.name, document=document, user=_user(request))
        obj.pk = row.pk

    def delete_model(self, request: HttpRequest, obj: Tool) -> None:
        delete_tool(name=obj.name, user=_user(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Tool]) -> None:
        for tool in queryset:
            self.delete_model(request, tool)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """Definitions that use a tool keep it; their tombstones do not."""
        users = LinkDefinition.objects.alive().filter(tool__in=objs)
        protected = [f"link definition {key}" for key in users.values_list("key", flat=True)]
        protected += self.kept(objs)
        return [str(tool) for tool in objs], {"tools": len(objs)}, set(), protected


@admin.register(LinkDefinition)
class LinkDefinitionAdmin(DefinitionEditor, HistoryAdmin, UsageColumns, ImportPage):
    list_display = ("key", "name", *USAGE_COLUMNS, "enabled", "tool", "level", "provider")
    list_filter = ("enabled", UnusedFilter, "level", "tool", "project")
    list_select_related = ("project", "tool")
    search_fields = ("key", "name")

    def get_urls(self) -> list[Any]:
        explain = self.admin_site.admin_view(self.explain)
        own = path("<int:pk>/explain/", explain, name="links_linkdefinition_explain")
        return [own, *super().get_urls()]

    def explain(self, request: HttpRequest, pk: int) -> HttpResponse:
        """`?on=` names a run or action: why this definition makes a link there, or not."""
        definition = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_view_permission(request, definition):
            raise PermissionDenied
        on, error = request.GET.get("on", ""), ""
        places: list[tuple[str, Explained]] = []
        if on:
            try:
                places = explain_on(_user(request), on, definition.key)
            except Http404 as absent:
                error = str(absent)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Explain {definition}",
            "definition": definition,
            "on": on,
            "error": error,
            "places": places,
        }
        return render(request, "admin/links/linkdefinition/explain.html", context)

    def get_queryset(self, request: HttpRequest) -> QuerySet[LinkDefinition]:
        return with_usage(super().get_queryset(request).filter(deleted=False))

    def get_readonly_fields(
        self, request: HttpRequest, obj: LinkDefinition | None = None
    ) -> list[str]:
        return ["project", "key"] if obj else []

    def save_model(
        self,
        request: HttpRequest,
        obj: LinkDefinition,
        form: ModelForm[LinkDefinition],
        change: bool,
    ) -> None:
        super().save_model(request, obj, form, change)
        messages.info(request, "Old runs follow; see Backfills for how far they are.")

    def delete_model(self, request: HttpRequest, obj: LinkDefinition) -> None:
        delete_definition(project=obj.project, key=obj.key, user=_user(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[LinkDefinition]) -> None:
        for definition in queryset:
            self.delete_model(request, definition)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """A tombstone stays, so that nothing is deleted along with it."""
        protected = self.kept(objs)
        return [str(each) for each in objs], {"link definitions": len(objs)}, set(), protected
