"""The Django admin, for admins of the instance alone.

Whoever is in there reads across projects: in lists and their filters, histories, look-ups and
counts. LinkHub has no role that may do a part of that, so being staff, or having single permissions
of Django's, opens nothing.
"""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models.base import ModelBase
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url

# What LinkHub settles by its configuration, or must not show: the provider's secret and tokens.
NOT_HERE = frozenset({"account", "socialaccount"})


class Site(admin.AdminSite):
    site_header = site_title = "LinkHub"
    index_title = "Admin"

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and bool(getattr(request.user, "is_superuser", False))

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """To sign in is of no use to who is signed in."""
        inner = super().admin_view(view, cacheable)

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied
            response: HttpResponse = inner(request, *args, **kwargs)
            return response

        return guarded

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:  # noqa: ARG002
        """There is one way to sign in, with its lock-out."""
        return redirect_to_login(
            request.GET.get("next") or resolve_url("admin:index"), resolve_url("sign_in")
        )

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        one = isinstance(model_or_iterable, ModelBase)
        models = [model_or_iterable] if one else model_or_iterable
        ours = [model for model in models if model._meta.app_label not in NOT_HERE]
        super().register(ours, admin_class, **options)
