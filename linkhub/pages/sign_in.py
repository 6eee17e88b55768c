"""Signing in with a name and a password, and the way to where that is done elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from linkhub.accounts.addresses import address_of
from linkhub.accounts.lockout import (
    COOKIE,
    COOKIE_SECONDS,
    Locked,
    count_try,
    device_cookie,
    forget_tries,
)
from linkhub.pages.cards import card_of

log = structlog.get_logger(__name__)


class SignInForm(AuthenticationForm):
    """One message for whatever was wrong; `locked_until` where it was not even looked at."""

    locked_until: datetime | None = None

    def clean(self) -> dict[str, Any]:
        name = self.cleaned_data.get("username")
        if not name or not self.cleaned_data.get("password") or self.request is None:
            return self.cleaned_data
        address = address_of(self.request.META)
        try:
            counted = count_try(name, address, self.request.COOKIES.get(COOKIE, ""))
        except Locked as locked:
            self.locked_until = locked.until
            raise ValidationError(_try_again(locked.until)) from locked
        try:
            super().clean()
        except ValidationError:
            log.warning("sign_in_refused", address=address)
            raise
        forget_tries(counted)
        return self.cleaned_data


class SignIn(LoginView):
    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.LINKHUB_PASSWORD_SIGN_IN:
            return self.http_method_not_allowed(request)
        return super().post(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "by_password": settings.LINKHUB_PASSWORD_SIGN_IN,
            "elsewhere": settings.LINKHUB_OIDC_NAME,
            "card": card_of(self.request.GET.get("next", "")),
        }

    def get_success_url(self) -> str:
        """Where the viewer wanted to go, unless that is here: Django raises on such a loop."""
        url = super().get_success_url()
        here = urlsplit(url).path == reverse("sign_in")
        return self.get_default_redirect_url() if here else url

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        given = self.request.COOKIES.get(COOKIE, "")
        response.set_cookie(
            COOKIE,
            device_cookie(form.cleaned_data["username"], given),
            max_age=COOKIE_SECONDS,
            path=reverse("sign_in"),
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
        return response

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_invalid(form)
        until: datetime | None = getattr(form, "locked_until", None)
        if until is not None:
            response.status_code = 429
            response["Retry-After"] = str(max(1, int((until - timezone.now()).total_seconds())))
        return response


def _try_again(until: datetime) -> str:
    minutes = max(1, round((until - timezone.now()).total_seconds() / 60))
    unit = "minute" if minutes == 1 else "minutes"
    return f"Too many tries. Try again in {minutes} {unit}, at {until:%H:%M} UTC."
