"""Users, projects with their members, and API tokens, for admins."""

# Django and the base class name the arguments of these hooks.
# ruff: noqa: ARG002

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html

from linkhub.accounts.models import ApiToken, Membership, Project, User
from linkhub.accounts.tokens import create_token
from linkhub.lib.names import check_name

admin.site.site_header = "LinkHub"
admin.site.site_title = "LinkHub"
admin.site.index_title = "Admin"

admin.site.register(User, UserAdmin)


class MembershipForms(forms.BaseInlineFormSet):  # type: ignore[type-arg]
    """Each row alone is checked against what is stored; two new ones, only here."""

    def clean(self) -> None:
        super().clean()
        seen = set()
        for form in self.forms:
            row = form.cleaned_data if form.is_valid() and form not in self.deleted_forms else {}
            for name in ("user", "group"):
                if (member := row.get(name)) is None:
                    continue
                if member in seen:
                    form.add_error(name, f"This {name} stands here twice.")
                seen.add(member)


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Membership
    formset = MembershipForms
    extra = 0
    autocomplete_fields = ("user",)


class ProjectForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if problem := check_name(name):
            raise forms.ValidationError(problem)
        return name


@admin.register(Project)
class ProjectAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """The name is in every address of the project: it is given once. Runs keep it from deletion."""

    form = ProjectForm
    list_display = ("name", "title", "visibility", "created_at")
    list_filter = ("visibility",)
    search_fields = ("name", "title")
    inlines = (MembershipInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: Project | None = None) -> list[str]:
        return ["name", "created_at"] if obj else ["created_at"]

    def has_delete_permission(self, request: HttpRequest, obj: Project | None = None) -> bool:
        allowed = super().has_delete_permission(request, obj)
        return allowed and obj is not None and not obj.runs.exists()

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """What nobody may delete by itself still goes with its project."""
        listed, counts, needed, protected = super().get_deleted_objects(objs, request)
        along = {
            str(model._meta.verbose_name)
            for model, its_admin in self.admin_site._registry.items()
            if getattr(its_admin, "goes_with_its_project", False)
        }
        return listed, counts, {str(name) for name in needed} - along, protected


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A token is made here and shown once; afterwards it can only be revoked."""

    fields = ("name", "project", "can_ingest", "can_read", "can_manage", "expires_at")
    list_display = (
        "name",
        "prefix",
        "project",
        "can_ingest",
        "can_read",
        "can_manage",
        "last_used_at",
        "expires_at",
        "revoked_at",
    )
    list_select_related = ("project",)
    search_fields = ("name", "prefix")
    goes_with_its_project = True
    actions = ("revoke",)

    def has_change_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, obj: ApiToken, form: forms.ModelForm[ApiToken], change: bool
    ) -> None:
        token, secret = create_token(
            name=obj.name,
            abilities=[each for each in ApiToken.Ability.values if getattr(obj, f"can_{each}")],
            project=obj.project,
            expires_at=obj.expires_at,
        )
        ApiToken.objects.filter(pk=token.pk).update(created_by=request.user)
        obj.pk, obj.prefix = token.pk, token.prefix
        note = "The token is shown only this once: <code>{}</code>"
        messages.warning(request, format_html(note, secret))

    @admin.action(description="Revoke the selected tokens")
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        number = queryset.filter(revoked_at=None).update(revoked_at=timezone.now())
        messages.success(request, f"{number} revoked.")
