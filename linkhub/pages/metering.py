"""Every request counted and timed by its route, and its lines in the log given its run's names."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from structlog.contextvars import bind_contextvars, clear_contextvars

from linkhub.lib.meters import REQUEST_SECONDS, REQUESTS
from linkhub.seeing.reporting import reporter, web_role

log = structlog.get_logger(__name__)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NAMES = ("project", "domain", "run", "action")
SLOW_SECONDS = 2.0


def metered(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Outermost but for what serves files, so that refusals are counted too."""

    def meter(request: HttpRequest) -> HttpResponse:
        reporter.begin(web_role())
        clear_contextvars()  # a thread serves one request after another
        began = time.monotonic()
        response = get_response(request)
        _count(request, response.status_code, time.monotonic() - began)
        return response

    meter.process_view = _name_run  # type: ignore[attr-defined]
    return meter


def _name_run(_request: HttpRequest, _view: object, _args: object, named: dict[str, str]) -> None:
    """Django asks this once it knows the route; what is logged from then on is of this run."""
    bind_contextvars(**{name: str(named[name]) for name in NAMES if name in named})


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
