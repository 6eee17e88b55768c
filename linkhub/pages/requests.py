"""The requests that page views get."""

from __future__ import annotations

from django.http import HttpRequest

from linkhub.accounts.models import User


class Request(HttpRequest):
    """A signed-in viewer's request: see `signed_in` in `access.py`."""

    user: User
