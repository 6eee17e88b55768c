"""Signing in with a name and a password."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.contrib.auth.views import LoginView
from django.urls import reverse


class SignIn(LoginView):
    template_name = "accounts/sign_in.html"
    redirect_authenticated_user = True

    def get_success_url(self) -> str:
        """Where the viewer wanted to go, unless that is here: Django raises on such a loop."""
        url = super().get_success_url()
        here = urlsplit(url).path == reverse("sign_in")
        return self.get_default_redirect_url() if here else url
