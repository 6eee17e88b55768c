"""Users, projects with their members, and API tokens, for admins."""

# Django and the base class name the arguments of these hooks.
# ruff: noqa: ARG002

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from linkhub.accounts.audited_admin import Audited
from linkhub.accounts.members import record_roles, roles_in
from linkhub.accounts.models import ApiToken, Membership, Project, User
from linkhub.accounts.tokens import create_token, revoke_token
from linkhub.lib.names import check_name


@admin.register(User)
class PeopleAdmin(Audited, UserAdmin):  # type: ignore[type-arg]
    """Django's own, in the audit log: who became an admin, and who no longer comes in."""

    audited = "user"
    audited_fields = ("username", "email", "is_active", "is_staff", "is_superuser", "groups")


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
class ProjectAdmin(Audited, admin.ModelAdmin):  # type: ignore[type-arg]
    """The name is in every address of the project: it is given once. Runs keep it from deletion."""

    audited = "project"
    audited_fields = ("name", "title", "description", "visibility", "keep_days")
    form = ProjectForm
    list_display = ("name", "title", "visibility", "created_at")
    list_filter = ("visibility",)
    search_fields = ("name", "title")
    inlines = (MembershipInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: Project | None = None) -> list[str]:
        return ["name", "created_at"] if obj else ["created_at"]

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Memberships, each in the audit log."""
        before = roles_in(form.instance)
        super().save_formset(request, form, formset, change)
        record_roles(cast(User, request.user), form.instance, before, roles_in(form.instance))

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
        "owner",
        "can_ingest",
        "can_read",
        "can_manage",
        "last_used_at",
        "expires_at",
        "revoked_at",
    )
    list_select_related = ("project", "owner")
    search_fields = ("name", "prefix", "owner__username")
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
            actor=cast(User, request.user),
        )
        obj.pk, obj.prefix = token.pk, token.prefix
        note = "The token is shown only this once: <code>{}</code>"
        messages.warning(request, format_html(note, secret))

    @admin.action(description="Revoke the selected tokens")
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        user = cast(User, request.user)
        number = sum(revoke_token(token, actor=user) for token in queryset)
        messages.success(request, f"{number} revoked.")
