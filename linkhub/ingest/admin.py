"""Sources in the admin: what is polled, how it goes, pause, resume, poll now."""

# Django and the base class name the arguments of these hooks.
# ruff: noqa: ARG002

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.timesince import timesince

from linkhub.accounts.models import User
from linkhub.ingest.admin_forms import SourceForm
from linkhub.ingest.models import FollowedRun, Source
from linkhub.ingest.sources.changes import (
    delete_source,
    pause_source,
    poll_now,
    read_anew,
    resume_source,
    save_source,
)
from linkhub.ingest.sources.health import MEANINGS, SourceHealth, health_of, with_counts

HEALTH = ("state", "lag", "last_success_at", "last_error", "failures", "live_runs", "failing_runs")


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _health(source: Source) -> SourceHealth:
    return health_of(source, timezone.now())


class FailingRuns(admin.TabularInline):  # type: ignore[type-arg]
    """The runs that cannot be read, each with its error; they are tried again by themselves."""

    model = FollowedRun
    verbose_name_plural = "Runs that cannot be read"
    fields = readonly_fields = ("project", "domain", "name", "failures", "error", "due_at")
    extra = max_num = 0
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[FollowedRun]:
        rows = cast(QuerySet[FollowedRun], super().get_queryset(request))
        return rows.filter(failures__gt=0).order_by("-created_at")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Source)
class SourceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = SourceForm
    list_display = (
        "name",
        "short_state",
        "lag",
        "last_error",
        "live_runs",
        "failing_runs",
        "kind",
        "address",
    )
    list_filter = ("kind", "enabled")
    search_fields = ("name", "address")
    readonly_fields = (*HEALTH, "next_poll_at")
    actions = ("poll", "pause", "resume", "anew")
    fieldsets = (
        (None, {"fields": ("name", "kind", "address", "credentials_variable", "enabled")}),
        ("What is read", {"fields": ("projects", "project", "interval", "settings")}),
        ("How it goes", {"fields": (*HEALTH, "next_poll_at")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        return with_counts(super().get_queryset(request))

    def get_inlines(self, request: HttpRequest, obj: Source | None = None) -> list[Any]:
        return [FailingRuns] if obj and _health(obj).failing_runs else []

    @admin.display(description="state")
    def short_state(self, source: Source) -> str:
        return _health(source).state

    @admin.display
    def state(self, source: Source) -> str:
        state = _health(source).state
        return f"{state}: {MEANINGS[state]}"

    @admin.display(description="caught up")
    def lag(self, source: Source) -> str:
        lag = _health(source).lag_seconds
        if lag is None or source.caught_up_at is None:
            return "never"
        return f"{lag:.0f} s ago" if lag < 120 else f"{timesince(source.caught_up_at)} ago"

    @admin.display(description="followed runs")
    def live_runs(self, source: Source) -> int:
        return _health(source).live_runs

    @admin.display(description="unreadable runs")
    def failing_runs(self, source: Source) -> int:
        return _health(source).failing_runs

    def get_readonly_fields(self, request: HttpRequest, obj: Source | None = None) -> list[str]:
        return [*self.readonly_fields, *(["name", "kind"] if obj else [])]

    def save_model(
        self, request: HttpRequest, obj: Source, form: ModelForm[Source], change: bool
    ) -> None:
        save_source(obj, user=_user(request))

    def delete_model(self, request: HttpRequest, obj: Source) -> None:
        delete_source(obj, user=_user(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Source]) -> None:
        for source in queryset:
            self.delete_model(request, source)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """What a source has recorded stays; the rows it follows are nobody's concern."""
        return [str(each) for each in objs], {"sources": len(objs)}, set(), []

    @admin.action(description="Poll now", permissions=["change"])
    def poll(self, request: HttpRequest, queryset: QuerySet[Source]) -> None:
        for source in queryset:
            poll_now(source)
        messages.success(request, "Polled within seconds, where it is not paused.")

    @admin.action(description="Pause", permissions=["change"])
    def pause(self, request: HttpRequest, queryset: QuerySet[Source]) -> None:
        self._each(request, queryset, pause_source, "paused")

    @admin.action(description="Resume", permissions=["change"])
    def resume(self, request: HttpRequest, queryset: QuerySet[Source]) -> None:
        self._each(request, queryset, resume_source, "resumed")

    @admin.action(description="Read everything again", permissions=["change"])
    def anew(self, request: HttpRequest, queryset: QuerySet[Source]) -> None:
        self._each(request, queryset, read_anew, "read from the beginning")

    def _each(
        self,
        request: HttpRequest,
        queryset: QuerySet[Source],
        change: Callable[..., None],
        done: str,
    ) -> None:
        for source in queryset:
            change(source, user=_user(request))
        messages.success(request, f"{len(queryset)} {done}.")
