"""The admin's pages of what became of definitions and tools: history, roll-back, the deleted."""

# Django and the base class name the arguments of these hooks.
# ruff: noqa: ARG002

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from linkhub.accounts.models import User
from linkhub.links.checks import Invalid
from linkhub.links.definitions import let_go
from linkhub.links.edits import Edit
from linkhub.links.history import (
    Record,
    deleted_definitions,
    deleted_tools,
    last_living,
    revisions_of,
    roll_back,
)
from linkhub.links.models import LinkDefinition, Tool
from linkhub.links.revision_text import shown_revisions

MOST_DELETED = 200


@dataclass(frozen=True, slots=True)
class Gone:
    """A deleted definition or tool; `restore` is where to post to have it back."""

    name: str
    owner: str
    at: datetime
    restore: str


class HistoryAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """History with differences, roll-back, and restoring what was deleted.

    What a file keeps (`as_code/`) is read-only; it can be taken from the file.
    """

    deleted_template = "admin/links/deleted.html"
    history_template = "admin/links/history.html"
    change_list_template = "admin/links/change_list_with_deleted.html"

    def get_urls(self) -> list[Any]:
        guard = self.admin_site.admin_view
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        own = [
            path("deleted/", guard(self.deleted_view), name=f"{name}_deleted"),
            path(
                "history/<int:record>/roll-back/",
                guard(require_POST(self.roll_back_view)),
                name=f"{name}_roll_back",
            ),
            path(
                "<int:pk>/let-go/",
                guard(require_POST(self.let_go_view)),
                name=f"{name}_let_go",
            ),
        ]
        return [*own, *super().get_urls()]

    # Read-only where a file keeps it -----------------------------------------------------

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        kept = obj is not None and obj.managed_by
        return not kept and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        kept = obj is not None and obj.managed_by
        return not kept and super().has_delete_permission(request, obj)

    def may_change(self, request: HttpRequest, obj: Any) -> bool:
        """Of the row itself, whoever keeps it now."""
        free = copy(obj)
        free.managed_by = ""
        return self.has_change_permission(request, free)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        if request.method == "GET" and row is not None and row.managed_by:
            messages.info(
                request,
                f"The file labelled {row.managed_by} keeps this: it is changed there. Its history"
                " has the way to take it from the file.",
            )
        return super().change_view(request, object_id, form_url, extra_context)

    def kept(self, rows: Iterable[Any]) -> list[str]:
        """What of the rows a file keeps, so that it is not deleted here."""
        return [
            f"{row}, which the file labelled {row.managed_by} keeps"
            for row in rows
            if row.managed_by
        ]

    def let_go_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = self._row_or_404(request, pk)
        if not self.may_change(request, row):
            raise PermissionDenied
        if let_go(row, edit=self._edit(request)):
            messages.warning(
                request,
                "It can be changed by hand now. The file takes it back when it is applied with"
                " its label again.",
            )
        return HttpResponseRedirect(self._address("change", pk))

    # History -----------------------------------------------------------------------------

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self._row_or_404(request, object_id)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        may_roll_back = self.has_change_permission(request, row)
        may_let_go = row.managed_by and self.may_change(request, row)
        return self._page(
            request,
            self.history_template,
            f"History of {row}",
            row=row,
            revisions=shown_revisions(revisions_of(row)),
            may_roll_back=may_roll_back,
            let_go=self._address("let_go", row.pk) if may_let_go else "",
        )

    def roll_back_view(self, request: HttpRequest, record: int) -> HttpResponse:
        history = cast(Any, self.model).history
        found: Record | None = history.filter(history_id=record).first()
        row = self._row_of(found) if found is not None else None
        if found is None or row is None:
            raise Http404
        if not self._may_restore(request, row):
            raise PermissionDenied
        try:
            made = roll_back(found, edit=self._edit(request))
        except Invalid as error:
            messages.error(request, f"It cannot be as it was: {error}.")
            back = "history" if row.pk and not getattr(row, "deleted", False) else "deleted"
            return HttpResponseRedirect(
                self._address(back, *([row.pk] if back == "history" else []))
            )
        messages.success(
            request, f"{made} is as it was on {found.history_date:%Y-%m-%d %H:%M} UTC."
        )
        return HttpResponseRedirect(self._address("history", made.pk))

    def deleted_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        gone = list(self._gone(request))
        title = f"Deleted {self.opts.verbose_name_plural}"
        return self._page(request, self.deleted_template, title, gone=gone)

    def _gone(self, request: HttpRequest) -> list[Gone]:
        if self.model is Tool:
            records = deleted_tools() if self.has_add_permission(request) else []
            return [
                Gone(each.name, "", each.history_date, self._address("roll_back", each.pk))
                for each in records[:MOST_DELETED]
            ]
        rows = [row for row in deleted_definitions() if self._may_restore(request, row)]
        return [each for row in rows[:MOST_DELETED] if (each := self._gone_definition(row))]

    def _gone_definition(self, row: LinkDefinition) -> Gone | None:
        living = last_living(row)
        if living is None:
            return None
        owner = str(row.project) if row.project else "the instance"
        at = row.history.latest().history_date
        return Gone(row.key, owner, at, self._address("roll_back", living.history_id))

    def _row_of(self, record: Record) -> Any:
        """The row that the record is of; a tool that is gone is a new one."""
        if self.model is Tool:
            return Tool.objects.filter(name=record.name).first() or Tool(name=record.name)
        return LinkDefinition.objects.select_related("project").filter(pk=record.id).first()

    def _may_restore(self, request: HttpRequest, row: Any) -> bool:
        if row.pk is None:
            return self.has_add_permission(request)
        return self.has_change_permission(request, row)

    def _row_or_404(self, request: HttpRequest, pk: str | int) -> Any:
        row = self.get_object(request, str(pk))
        if row is None:
            raise Http404
        return row

    def _edit(self, request: HttpRequest) -> Edit:
        reason = request.POST.get("reason", "")[:500]
        return Edit(user=cast(User, request.user), way="admin", reason=reason)

    def _address(self, page: str, *arguments: Any) -> str:
        name = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_{page}"
        return reverse(name, args=arguments)

    def _page(self, request: HttpRequest, template: str, title: str, **more: Any) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            **more,
        }
        return render(request, template, context)
