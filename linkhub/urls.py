"""Every address of LinkHub, in the order of design: API, admin, health, pages."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("api/", include("linkhub.api.urls")),
    path("", include("linkhub.api.flyte2.urls")),
    path("admin/", admin.site.urls),
    path("", include("linkhub.pages.urls")),
]

handler500 = "linkhub.pages.failures.server_error"
