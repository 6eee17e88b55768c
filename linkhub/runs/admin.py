"""What waits to be resolved, to look at. Recorded facts have no forms: they come by recording."""

# Django and the base class name the arguments of these hooks.
# ruff: noqa: ARG002

from __future__ import annotations

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from linkhub.runs.models import Pending


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows to look at, never to add, change or delete."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


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
    list_filter = ("lane", "priority")
    list_select_related = ("project", "run", "action")
    ordering = ("-attempts", "queued_at")
