"""In the place of `django.contrib.admin` among the installed apps: the same with a site of ours."""

from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class Config(AdminConfig):
    default_site = "linkhub.accounts.admin_site.Site"
