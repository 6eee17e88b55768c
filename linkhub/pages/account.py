"""One's own account: who one is here, one's password and tokens."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from linkhub.accounts.audit import record_change
from linkhub.accounts.models import ApiToken, Membership, User
from linkhub.accounts.tokens import revoke_token
from linkhub.pages.access import signed_in
from linkhub.pages.rendering import page
from linkhub.pages.requests import Request
from linkhub.pages.token_forms import (
    MAX_TOKENS,
    NewToken,
    OwnTokenForm,
    TokenRow,
    make_token,
    token_rows,
)


@dataclass(frozen=True, slots=True)
class Role:
    """A role in a project; `by` is the group that gives it, empty where it is one's own."""

    project: str
    role: str
    by: str


@dataclass(frozen=True, slots=True)
class AccountPage:
    is_admin: bool
    has_password: bool
    groups: list[str]
    roles: list[Role]
    tokens: list[TokenRow]
    form: OwnTokenForm
    new: NewToken | None


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def account(request: Request) -> HttpResponse:
    """A form that is posted here makes a token, whose secret is on the answer alone."""
    form = OwnTokenForm(request.user, request.POST or None)
    new = None
    if request.method == "POST" and form.is_valid():
        if request.user.tokens.filter(revoked_at=None).count() >= MAX_TOKENS:
            form.add_error(None, f"You have {MAX_TOKENS} tokens. Revoke one first.")
        else:
            project = form.cleaned_data["project"]
            new = make_token(form, actor=request.user, owner=request.user, project=project)
            form = OwnTokenForm(request.user)
    return page(request, "accounts/account.html", {"page": _account(request.user, form, new)})


@require_POST
@signed_in
def revoke(request: Request) -> HttpResponse:
    """One's own token, by its beginning."""
    token = request.user.tokens.filter(prefix=request.POST.get("prefix", "")).first()
    if token is None:
        raise Http404("You have no such token.")
    revoke_token(token, actor=request.user)
    return redirect("account")


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@never_cache
@signed_in
def password(request: Request) -> HttpResponse:
    """Every other session of the account ends with the old password."""
    if not request.user.has_usable_password():
        raise Http404("This account has no password here.")
    form = PasswordChangeForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        update_session_auth_hash(request, request.user)
        name = request.user.get_username()
        record_change(actor=request.user, action="changed", kind="password", name=name)
        return redirect("account")
    return page(request, "accounts/password.html", {"form": form})


def _account(user: User, form: OwnTokenForm, new: NewToken | None) -> AccountPage:
    return AccountPage(
        is_admin=user.is_superuser,
        has_password=user.has_usable_password(),
        groups=list(user.groups.order_by("name").values_list("name", flat=True)),
        roles=_roles(user),
        tokens=token_rows(user.tokens.select_related("project"), _scope),
        form=form,
        new=new,
    )


def _roles(user: User) -> list[Role]:
    mine = Membership.objects.filter(Q(user=user) | Q(group__user=user))
    found = mine.select_related("project", "group").order_by("project__name", "role")
    return [
        Role(each.project.name, each.role, each.group.name if each.group else "") for each in found
    ]


def _scope(token: ApiToken) -> str:
    return token.project.name if token.project else "all that you may see"
