"""The admin's columns of how definitions are used, so that dead weight can be found."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html

from linkhub.links.models import ClickDay, LinkDefinition

DAYS = 30
USAGE_COLUMNS = ("owner", "last_used", "clicks_30_days", "broken_share")


def with_usage(rows: QuerySet[LinkDefinition]) -> QuerySet[LinkDefinition]:
    """The rows with `last_click`, `clicks` in 30 days and their tally, from kept rows alone."""
    days = ClickDay.objects.filter(definition=OuterRef("pk"))
    recent = days.filter(day__gt=(timezone.now() - timedelta(days=DAYS)).date())
    return rows.select_related("project", "tally").annotate(
        last_click=Subquery(days.order_by("-day").values("last_at")[:1]),
        clicks=Coalesce(
            Subquery(
                recent.order_by().values("definition").annotate(sum=Sum("clicks")).values("sum")
            ),
            0,
        ),
    )


class UnusedFilter(admin.SimpleListFilter):
    """What nobody has followed for a while, or whose links are broken."""

    title = "use"
    parameter_name = "use"
    choices_of: ClassVar[dict[str, str]] = {
        "none": f"no click in {DAYS} days",
        "never": "never clicked",
        "broken": "over half broken",
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        return list(self.choices_of.items())

    def queryset(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[LinkDefinition],
    ) -> QuerySet[LinkDefinition]:
        since = (timezone.now() - timedelta(days=DAYS)).date()
        match self.value():
            case "none":
                used = ClickDay.objects.filter(day__gt=since)
                return queryset.exclude(pk__in=used.values("definition"))
            case "never":
                return queryset.exclude(pk__in=ClickDay.objects.values("definition"))
            case "broken":
                return queryset.filter(Q(tally__broken__gt=F("tally__links") / 2))
        return queryset


class UsageColumns(admin.ModelAdmin):  # type: ignore[type-arg]
    """For the list of definitions; its rows are `with_usage`."""

    @admin.display(ordering="project__name")
    def owner(self, row: LinkDefinition) -> str:
        """Whose it is, and which file keeps it."""
        whose = str(row.project) if row.project else "the instance"
        return f"{whose}, by the file {row.managed_by}" if row.managed_by else whose

    @admin.display(ordering="last_click")
    def last_used(self, row: Any) -> str:
        if row.last_click is None:
            return "never"
        return format_html(
            '<time datetime="{}">{}</time>',
            row.last_click.isoformat(),
            f"{row.last_click:%Y-%m-%d}",
        )

    @admin.display(description="clicks in 30 days", ordering="clicks")
    def clicks_30_days(self, row: Any) -> str:
        return f"{row.clicks:,}"

    @admin.display(description="broken")
    def broken_share(self, row: LinkDefinition) -> str:
        tally = getattr(row, "tally", None)
        if tally is None or not tally.links:
            return "-"
        about = "about " if tally.sampled else ""
        return f"{about}{100 * tally.broken / tally.links:.0f} % of {tally.links:,}"
