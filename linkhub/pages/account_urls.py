"""The addresses of people's accounts, a project's members and tokens, and the audit log."""

from __future__ import annotations

from django.urls import path

from linkhub.pages import oidc

urlpatterns = [
    path("sign-in/<slug:provider_id>/", oidc.start, name="openid_connect_login"),
    path("sign-in/<slug:provider_id>/callback/", oidc.back, name="openid_connect_callback"),
]
