"""A whole page or one partial of it: decided here and nowhere else.

htmx 4 names the element that it will swap in `HX-Target`, as `div#run-table`. A view offers
partials by name; the partial `run_table` is the element with the id `run-table`. Everything else
gets the whole page: plain requests, history restores, and htmx asking for a `full` one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails

VARY = ("HX-Target", "HX-Request-Type", "HX-History-Restore-Request")


def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    partials: Collection[str] = (),
    status: int = 200,
) -> HttpResponse:
    """`template`, or the partial of it that htmx asks for, where the view offers it."""
    name = asked_partial(request)
    if name in partials:
        template = f"{template}#{name}"
    response = render(request, template, dict(context), status=status)
    patch_vary_headers(response, VARY)
    return response


def asked_partial(request: HttpRequest) -> str:
    """The partial that htmx would swap in, `""` where the whole page is asked for."""
    htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]
    # django-htmx knows no `HX-Request-Type` yet, which htmx 4 sends.
    if htmx.history_restore_request or request.headers.get("HX-Request-Type") == "full":
        return ""
    return (htmx.target or "").rpartition("#")[2].replace("-", "_")
