"""Edits in the admin of what belongs to accounts, in the audit log."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.admin.options import BaseModelAdmin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from linkhub.accounts.audit import record_change
from linkhub.accounts.models import Project, User


class Audited(BaseModelAdmin):  # type: ignore[type-arg]
    """Before the admin's own base class. `audited` is the kind that entries say."""

    audited: str
    audited_fields: tuple[str, ...]

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        """The stored row, before what the form says is put into its place."""
        stored = form.instance.__class__.objects.filter(pk=form.instance.pk).first()
        form.audited_before = self._document(stored) if stored else None
        return super().save_form(request, form, change)  # type: ignore[misc]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Groups of people are saved here, as the last."""
        super().save_related(request, form, formsets, change)  # type: ignore[misc]
        before, after = form.audited_before, self._document(form.instance)
        if before != after:
            self._record(request, "changed" if change else "created", form.instance, before, after)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        self._record(request, "deleted", obj, self._document(obj), None)
        super().delete_model(request, obj)  # type: ignore[misc]

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for each in queryset:
            self.delete_model(request, each)

    def _document(self, row: Model) -> dict[str, Any]:
        return {name: _plain(getattr(row, name)) for name in self.audited_fields}

    def _record(
        self,
        request: HttpRequest,
        action: str,
        row: Model,
        before: dict[str, Any] | None,
        after: dict[str, Any] | None,
    ) -> None:
        record_change(
            actor=cast(User, request.user),
            action=action,
            kind=self.audited,
            name=row.get_username() if isinstance(row, User) else getattr(row, "name", str(row)),
            project=row if isinstance(row, Project) else None,
            before=before,
            after=after,
        )


def _plain(value: Any) -> Any:
    """Many are a list of their names."""
    return sorted(map(str, value.all())) if hasattr(value, "all") else value
