"""The addresses of people's accounts, a project's members and tokens, and the audit log."""

from __future__ import annotations

from django.urls import path

from linkhub.pages import account, audit_log, members, oidc

PROJECT = "projects/<name:project>/"

urlpatterns = [
    path("sign-in/<slug:provider_id>/", oidc.start, name="openid_connect_login"),
    path("sign-in/<slug:provider_id>/callback/", oidc.back, name="openid_connect_callback"),
    path("account/", account.account, name="account"),
    path("account/password/", account.password, name="password"),
    path("account/tokens/revoke", account.revoke, name="revoke_token"),
    path("audit/", audit_log.instance_audit, name="audit"),
    path(f"{PROJECT}members/", members.members, name="members"),
    path(f"{PROJECT}tokens/", members.tokens, name="project_tokens"),
    path(f"{PROJECT}audit/", audit_log.project_audit, name="project_audit"),
]
