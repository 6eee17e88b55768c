"""What is done to every request before its view."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, QueryDict

from linkhub.lib.storable import is_storable, make_storable

API = "/api/"


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
