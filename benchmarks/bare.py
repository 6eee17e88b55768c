"""An empty view without middleware or HTTP: what published figures of peers are ratios to."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path

from benchmarks.costs import Cost
from benchmarks.measuring import timed

CALLS, ROUNDS = 2000, 5


def empty(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    return HttpResponse()


urlpatterns = [path("", empty)]


def measure() -> Cost:
    with override_settings(MIDDLEWARE=[], ROOT_URLCONF=__name__):
        handler = WSGIHandler()
        seconds = min(timed(lambda: call(handler, environ(), CALLS)) for _ in range(ROUNDS)) / CALLS
    about = "in its process, no middleware, no HTTP"
    return Cost("bare_view", "an empty Django view", seconds * 1000, "ms", about=about)


def call(handler: WSGIHandler, about: dict[str, Any], times: int) -> None:
    """Ask `times` times. Raises RuntimeError for what is no 200."""
    for _ in range(times):
        response = handler(dict(about), _start)
        if response.status_code != 200:
            raise RuntimeError(f"{about['PATH_INFO']} was answered with {response.status_code}")
        b"".join(response)
        response.close()


def _start(*_: object) -> Callable[[bytes], object]:
    return bytes


def environ() -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
    }
