"""What is shown where a view failed: with the database away, that it is, and to try again."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

RETRY_SECONDS = 5


def server_error(_: HttpRequest) -> HttpResponse:
    """Django asks for this while the error is at hand. Neither page asks for anything."""
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        content = render_to_string("503.html", {"wait": RETRY_SECONDS})
        return HttpResponse(content, status=503, headers={"Retry-After": str(RETRY_SECONDS)})
    return HttpResponse(render_to_string("500.html"), status=500)
