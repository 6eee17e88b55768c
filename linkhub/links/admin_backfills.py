"""Backfills in the admin: how far they are, how fast, until when; and stopping one."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.timesince import timeuntil

from linkhub.links.backfill import cancel_backfill
from linkhub.links.models import Backfill
from linkhub.links.progress import Progress, progress_of
from linkhub.runs.admin import ReadOnlyAdmin

COLUMNS = (
    "reason",
    "project",
    "status",
    "resolved",
    "rate",
    "estimated_end",
    "created_at",
    "finished_at",
)


@admin.register(Backfill)
class BackfillAdmin(ReadOnlyAdmin):
    fields = COLUMNS
    list_display = COLUMNS
    list_filter = ("status",)
    list_select_related = ("project",)
    ordering = ("-pk",)
    actions = ["cancel"]

    @admin.display
    def resolved(self, row: Backfill) -> str:
        progress = _progress(row)
        return format_html(
            '<progress value="{}" max="100" aria-hidden="true"></progress> {} of {} ({} %)',
            progress.percent,
            f"{progress.done:,}",
            f"{progress.total:,}",
            progress.percent,
        )

    @admin.display(description="per second")
    def rate(self, row: Backfill) -> str:
        rate = _progress(row).rate
        return "-" if rate is None else f"{rate:,.1f}"

    @admin.display
    def estimated_end(self, row: Backfill) -> str:
        ends_at = _progress(row).ends_at
        return "-" if ends_at is None else f"in {timeuntil(ends_at, timezone.now())}"

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("links.change_backfill")

    @admin.action(description="Cancel: mark no more", permissions=["cancel"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Backfill]) -> None:
        stopped = sum(cancel_backfill(row) for row in queryset)
        self.message_user(
            request,
            f"{stopped} stopped. What was marked is still resolved; the rest is shown right"
            " wherever it is looked at, and stored with the next backfill.",
            messages.INFO,
        )


def _progress(row: Backfill) -> Progress:
    [progress] = progress_of([row], now=timezone.now())
    return progress
