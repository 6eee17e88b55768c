"""What is done to every request before its view."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from linkhub.accounts.addresses import address_of
from linkhub.accounts.rates import address_wait
from linkhub.lib.callers import Caller, calling, request_id_of
from linkhub.lib.storable import is_storable, make_storable

API = "/api/"
# Who asks whether LinkHub is alive is answered whoever else asks too much.
UNLIMITED = frozenset({"/healthz", "/readyz", "/metrics"})


def known_callers(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Logs and the audit log can say whom a request came from; its id goes back with the answer."""

    def known(request: HttpRequest) -> HttpResponse:
        given = request.META.get("HTTP_X_REQUEST_ID", "") if settings.LINKHUB_PROXY_HOPS else ""
        caller = Caller(address_of(request.META), request_id_of(given))
        with calling(caller):
            response = get_response(request)
        response["X-Request-ID"] = caller.request_id
        return response

    return known


def limited_addresses(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """429 for an address that asks more often than LINKHUB_ADDRESS_REQUESTS says.

    The API says so in its own way: `linkhub/api/urls.py`.
    """

    def limited(request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if path in UNLIMITED or path.startswith(API) or not (wait := address_wait()):
            return get_response(request)
        response = render(request, "429.html", {"wait": wait}, status=429)
        response["Retry-After"] = str(wait)
        return response

    return limited


def storable_queries(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Parameters in the address hold nothing that a look-up would fail on.

    Nothing is named by such text, so that a page finds nothing where it would have broken. The
    API looks at its parameters itself, and says which one is at fault.
    """

    def cleaned(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(API):
            request.GET = _storable(request.GET)  # type: ignore[assignment]
        return get_response(request)

    return cleaned


def _storable(query: QueryDict) -> QueryDict:
    if all(is_storable(text) for name, values in query.lists() for text in (name, *values)):
        return query
    copy = QueryDict(mutable=True)
    for name, values in query.lists():
        copy.setlist(make_storable(name), [make_storable(value) for value in values])
    return copy
