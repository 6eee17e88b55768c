"""What waits to be resolved, to look at. Recorded facts have no forms: they come by recording."""

# Django and the base class name the arguments of these hooks.
# ruff: noqa: ARG002

from __future__ import annotations

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from linkhub.runs.models import Pending


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows to look at, never to add, change or delete: they go with their project alone."""

    show_full_result_count = False
    goes_with_its_project = True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class FailedFilter(admin.SimpleListFilter):
    title = "failures"
    parameter_name = "failed"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Pending]
    ) -> list[tuple[str, str]]:
        return [("yes", "Failed before")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Pending]) -> QuerySet[Pending]:
        return queryset.filter(attempts__gt=0) if self.value() == "yes" else queryset


@admin.register(Pending)
class PendingAdmin(ReadOnlyAdmin):
    list_display = (
        "project",
        "run",
        "action",
        "lane",
        "priority",
        "attempts",
        "error",
        "queued_at",
    )
    list_filter = (FailedFilter, "lane", "priority")
    list_select_related = ("project", "run", "action")
    # As workers claim them, by the same index.
    ordering = ("lane", "-priority", "not_before", "id")
