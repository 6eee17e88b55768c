"""Who may see and look after a project: its members, visibility and tokens."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from linkhub.accounts.audit import record_change
from linkhub.accounts.members import LastMaintainer, Member, give_role, take_role
from linkhub.accounts.models import ApiToken, Membership, Project, User
from linkhub.accounts.tokens import revoke_token
from linkhub.pages.access import maintained_or_404, project_or_404, signed_in
from linkhub.pages.rendering import page
from linkhub.pages.requests import Request
from linkhub.pages.token_forms import (
    MAX_TOKENS,
    NewToken,
    ProjectTokenForm,
    TokenRow,
    make_token,
    token_rows,
)

KINDS = [("user", "person"), ("group", "group")]
NOBODY_LEFT = "A project keeps a maintainer: make somebody else one first."


class MemberForm(forms.Form):
    """Give a role to a person or group by name; no role takes it."""

    kind = forms.ChoiceField(choices=KINDS)
    name = forms.CharField(max_length=150)
    role = forms.ChoiceField(choices=Membership.Role.choices, required=False)

    def clean(self) -> None:
        given = self.cleaned_data
        rows = User.objects.filter(is_active=True) if given.get("kind") == "user" else Group.objects
        by = "username" if given.get("kind") == "user" else "name"
        self.member: Member | None = rows.filter(**{by: given.get("name", "")}).first()
        if self.member is None and "name" in given:
            self.add_error("name", "There is nobody of this name.")


class VisibilityForm(forms.Form):
    visibility = forms.ChoiceField(choices=Project.Visibility.choices)


@dataclass(frozen=True, slots=True)
class MemberRow:
    kind: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class MembersPage:
    """`may_change` where the viewer looks after the project; `problem` is why nothing was done."""

    project: Project
    rows: list[MemberRow]
    may_change: bool
    form: MemberForm
    problem: str


@dataclass(frozen=True, slots=True)
class TokensPage:
    project: Project
    rows: list[TokenRow]
    form: ProjectTokenForm
    new: NewToken | None


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def members(request: Request, project: str) -> HttpResponse:
    """Everybody who sees the project sees whom to ask; its maintainers change it."""
    found = project_or_404(request, project)
    may_change = found.is_maintained_by(request.user)
    form, problem = MemberForm(request.POST or None), ""
    if request.method == "POST":
        if not may_change:
            raise PermissionDenied
        if "visibility" in request.POST:
            _set_visibility(request, found)
            return redirect("members", found.name)
        if form.is_valid() and not (problem := _change(request.user, found, form)):
            return _back(request, found)
    shown = MembersPage(found, _rows(found), may_change, form, problem)
    return page(request, "members/members.html", {"page": shown})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def tokens(request: Request, project: str) -> HttpResponse:
    """A project's own tokens: they stay when people go, and its maintainers revoke them."""
    found = maintained_or_404(request, project)
    own = ApiToken.objects.filter(project=found, owner=None)
    if prefix := request.POST.get("revoke"):
        token = own.filter(prefix=prefix).first()
        if token is None:
            raise Http404("The project has no such token.")
        revoke_token(token, actor=request.user)
        return redirect("project_tokens", found.name)
    form, new = ProjectTokenForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        if own.filter(revoked_at=None).count() >= MAX_TOKENS:
            form.add_error(None, f"The project has {MAX_TOKENS} tokens. Revoke one first.")
        else:
            new = make_token(form, actor=request.user, project=found)
            form = ProjectTokenForm()
    shown = TokensPage(found, token_rows(own, lambda _token: found.name), form, new)
    return page(request, "members/tokens.html", {"page": shown})


def _back(request: Request, project: Project) -> HttpResponse:
    """To the members, unless it was one's own role that was taken, and the project with it."""
    if Project.objects.visible_to(request.user).filter(pk=project.pk).exists():
        return redirect("members", project.name)
    return redirect("projects")


def _change(user: User, project: Project, form: MemberForm) -> str:
    """Do what the form says; why it was not done, or nothing."""
    member, role = form.member, form.cleaned_data["role"]
    if member is None:
        return ""
    try:
        if role:
            give_role(actor=user, project=project, member=member, role=role)
        else:
            take_role(actor=user, project=project, member=member)
    except LastMaintainer:
        return NOBODY_LEFT
    return ""


@transaction.atomic
def _set_visibility(request: Request, project: Project) -> None:
    form = VisibilityForm(request.POST)
    if not form.is_valid():
        return
    stored = Project.objects.select_for_update().get(pk=project.pk)
    before, after = stored.visibility, form.cleaned_data["visibility"]
    if before == after:
        return
    Project.objects.filter(pk=project.pk).update(visibility=after)
    record_change(
        actor=request.user,
        action="changed",
        kind="project",
        name=project.name,
        project=project,
        before={"visibility": before},
        after={"visibility": after},
    )


def _rows(project: Project) -> list[MemberRow]:
    """Maintainers first, people before groups."""
    found = [
        MemberRow("user" if each.user else "group", str(each.user or each.group), each.role)
        for each in project.memberships.select_related("user", "group")
    ]
    return sorted(found, key=lambda row: (row.role, row.kind != "user", row.name))
