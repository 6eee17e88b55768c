"""Every request counted and timed by its route; a slow or failed one leaves a line in the log."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from linkhub.lib.meters import REQUEST_SECONDS, REQUESTS
from linkhub.seeing.reporting import reporter, web_role

log = structlog.get_logger(__name__)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SLOW_SECONDS = 2.0


def metered(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Outermost but for what serves files, so that refusals are counted too."""

    def meter(request: HttpRequest) -> HttpResponse:
        reporter.begin(web_role())
        began = time.monotonic()
        response = get_response(request)
        _count(request, response.status_code, time.monotonic() - began)
        return response

    return meter


def _count(request: HttpRequest, status: int, seconds: float) -> None:
    route = route_of(request)
    method = request.method if request.method in METHODS else "other"
    REQUESTS.add(1, route, method or "other", str(status))
    REQUEST_SECONDS.observe(seconds, route)
    say = log.warning if seconds > SLOW_SECONDS else log.debug
    say("request", path=request.path, route=route, status=status, ms=round(seconds * 1000))


def route_of(request: HttpRequest) -> str:
    """Its name, never its address: there are few of these, and none tells of what is stored."""
    match = request.resolver_match
    return match.view_name if match else "none"
