"""Forms by which tokens are made: people's own, and a project's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from linkhub.accounts.models import ApiToken, Project, User
from linkhub.accounts.tokens import create_token
from linkhub.lib.storable import is_storable

DAYS = [("7", "7 days"), ("30", "30 days"), ("90", "90 days"), ("365", "a year")]
FOREVER = ("", "for ever")
# Nobody needs more, and a page with all of them stays a page.
MAX_TOKENS = 100


@dataclass(frozen=True, slots=True)
class TokenRow:
    """`state` is empty while it opens something; `can` and `scope` are words."""

    name: str
    prefix: str
    can: str
    scope: str
    expires: str
    last_used: str
    state: str


@dataclass(frozen=True, slots=True)
class NewToken:
    """Shown this once."""

    name: str
    secret: str


class TokenForm(forms.Form):
    name = forms.CharField(max_length=255, label="What it is for")
    can = forms.MultipleChoiceField(
        choices=ApiToken.Ability.choices, label="It may", widget=forms.CheckboxSelectMultiple
    )
    days = forms.ChoiceField(choices=DAYS, initial="90", label="It lasts")

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not is_storable(name) or not name.isprintable():
            raise forms.ValidationError("A name has no control characters.")
        return name

    @property
    def expires_in(self) -> timedelta | None:
        days = self.cleaned_data["days"]
        return timedelta(days=int(days)) if days else None


class OwnTokenForm(TokenForm):
    """A person's token ends: what its owner may do changes with the years."""

    project = forms.CharField(max_length=255, required=False, label="Only in the project")

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    def clean_project(self) -> Project | None:
        name = self.cleaned_data["project"]
        if not name:
            return None
        project = Project.objects.visible_to(self._user).filter(name=name).first()
        if project is None:
            raise forms.ValidationError("There is no such project, or you may not see it.")
        return project


class ProjectTokenForm(TokenForm):
    days = forms.ChoiceField(
        choices=[*DAYS, FOREVER], initial="365", required=False, label="It lasts"
    )


def make_token(form: TokenForm, *, actor: User, **whose: Any) -> NewToken:
    """The token that a valid form asks for; `whose` is its owner or project."""
    given = form.cleaned_data
    lasts = form.expires_in
    token, secret = create_token(
        name=given["name"],
        abilities=given["can"],
        expires_at=timezone.now() + lasts if lasts else None,
        actor=actor,
        **whose,
    )
    return NewToken(token.name, secret)


def token_rows(tokens: Any, scope: Callable[[ApiToken], str]) -> list[TokenRow]:
    """The newest first."""
    return [_row(token, scope(token)) for token in tokens.order_by("-created_at")[:MAX_TOKENS]]


def _row(token: ApiToken, scope: str) -> TokenRow:
    over = token.expires_at is not None and token.expires_at <= timezone.now()
    return TokenRow(
        name=token.name,
        prefix=token.prefix,
        can=", ".join(ability for ability in ApiToken.Ability.values if token.can(ability)),
        scope=scope,
        expires=f"{token.expires_at:%Y-%m-%d}" if token.expires_at else "never",
        last_used=f"{token.last_used_at:%Y-%m-%d %H:%M} UTC" if token.last_used_at else "never",
        state="revoked" if token.revoked_at else "expired" if over else "",
    )
