"""Addresses under /api/: version 1, its page, and a problem document for all else."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import structlog
from django.core.exceptions import TooManyFieldsSent
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, include, path, re_path
from django.views.decorators.csrf import csrf_exempt

from linkhub.accounts.rates import address_wait
from linkhub.api.api import api
from linkhub.api.page import api_page
from linkhub.api.problems import (
    FieldError,
    Problem,
    invalid,
    not_found,
    too_many_requests,
    unavailable,
)

log = structlog.get_logger(__name__)


def refusing_in_problems(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view, with the framework's own refusals of method and address in our shape."""

    @wraps(view)
    def refuse(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if wait := address_wait():
            return too_many_requests(wait).response()
        try:
            response = view(request, *args, **kwargs)
        except Http404:
            return not_found().response()
        except (OperationalError, InterfaceError):
            log.exception("database_unavailable", path=request.path)
            return unavailable().response()
        except TooManyFieldsSent:
            return invalid([FieldError(loc=["query"], msg="has too many parameters")]).response()
        if response.status_code == 405:
            return Problem(405, headers={"Allow": response["Allow"]}).response()
        return response

    return refuse


@csrf_exempt
def nothing_here(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    return not_found().response()


version_1 = [pattern for pattern in api.urls[0] if isinstance(pattern, URLPattern)]
for pattern in version_1:
    pattern.callback = refusing_in_problems(pattern.callback)

urlpatterns = [
    path("v1/", include((version_1, "ninja"), namespace="api")),
    path("docs", api_page, name="api_docs"),
    re_path("", nothing_here),
]
