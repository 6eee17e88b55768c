"""django-allauth's hooks: who comes in, as what, and what is said to who does not."""

# allauth names the arguments of these hooks.
# ruff: noqa: ARG002

from __future__ import annotations

from typing import Any, cast

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from linkhub.accounts.models import User
from linkhub.accounts.oidc.claims import Refused, check_may_come_in, groups_of
from linkhub.accounts.oidc.roles import sync_roles

NOT_NOW = "The identity provider did not confirm who you are. Try again."
log = structlog.get_logger(__name__)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Being signed in says enough."""

    def is_safe_url(self, url: str) -> bool:
        """Whether to go there after signing in: only to this very host."""
        host = self.request.get_host()
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={host}, require_https=self.request.is_secure()
        )

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        return refusal(request, "Your account here is switched off.")

    def pre_login(self, request: HttpRequest, user: User, **facts: Any) -> HttpResponse | None:
        """Roles are right before anything is shown."""
        refused = super().pre_login(request, user, **facts)
        if refused is not None:
            return cast(HttpResponse, refused)
        login: SocialLogin = facts["signal_kwargs"]["sociallogin"]
        sync_roles(user, _groups(login))
        return None

    def post_login(self, request: HttpRequest, user: User, **facts: Any) -> HttpResponse:
        """What the provider said of a person holds for hours, not for weeks."""
        request.session.set_expiry(settings.LINKHUB_OIDC_SESSION_HOURS * 3600)
        return cast(HttpResponse, super().post_login(request, user, **facts))


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """There is no form to fill in: a name that is taken gets a number."""
        return True

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        # What is known by the address alone would let a provider's user into another's account.
        sociallogin.email_addresses = []
        try:
            check_may_come_in(_groups(sociallogin), settings.OIDC_ROLES)
        except Refused as reason:
            raise ImmediateHttpResponse(refusal(request, str(reason))) from reason

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: Any = None,
    ) -> None:
        log.warning("oidc_failed", error=str(error), exception=repr(exception))
        raise ImmediateHttpResponse(refusal(request, NOT_NOW))


def refusal(request: HttpRequest, reason: str, status: int = 403) -> HttpResponse:
    context = {"reason": reason, "name": settings.LINKHUB_OIDC_NAME}
    return render(request, "accounts/refused.html", context, status=status)


def _groups(login: SocialLogin) -> frozenset[str]:
    return groups_of(login.account.extra_data, settings.OIDC_ROLES.groups_claim)
