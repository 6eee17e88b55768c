"""Lists as JSON or CSV (`linkhub/lib/csv_text.py`): the same items, page by page or one stream."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Annotated, Any, Literal

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.encoding import escape_uri_path
from pydantic import BaseModel, ConfigDict, Field

from linkhub.api.answers import json_response
from linkhub.api.auth import ApiRequest
from linkhub.api.problems import FieldError, invalid
from linkhub.lib.csv_text import CSV, lines
from linkhub.lib.keyset import BadCursor

MAX_LIMIT = 1000

# From a limit and a cursor to the items and the next cursor; raises BadCursor.
Produce = Callable[[int, str | None], tuple[Sequence[Mapping[str, Any]], str | None]]


class Whole(BaseModel):
    """How a list is asked for that is never longer than one page."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    format: Literal["json", "csv"] | None = None
    """`csv`, or `Accept: text/csv`: the list as a table."""


class Paged(Whole):
    """How a list is asked for whose pages have a length of their own."""

    cursor: str = ""
    """`next` of the page before; without, the first."""


class Asked(Paged):
    """How a list is asked for."""

    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = 100
    """How many at most. As CSV a list without a limit is given whole."""


def list_response(
    request: ApiRequest,
    shape: type,
    asked: Whole,
    produce: Produce,
    *,
    narrowed_by: Collection[str] = (),
    **more: int,
) -> HttpResponseBase:
    """The list as the caller wants it. `shape` is the TypedDict of its items.

    `narrowed_by` names the parameters that there are beside those of `asked`.
    """
    _refuse_unknown(request, {*type(asked).model_fields, *narrowed_by})
    limit = asked.limit if isinstance(asked, Asked) else MAX_LIMIT
    is_csv = wants_csv(request, asked)
    whole = is_csv and "limit" not in asked.model_fields_set
    cursor = (asked.cursor or None) if isinstance(asked, Paged) else None
    try:
        items, following = produce(MAX_LIMIT if whole else limit, cursor)
    except BadCursor as error:
        raise invalid([FieldError(loc=["query", "cursor"], msg=str(error))]) from error
    response: HttpResponseBase
    if not is_csv:
        response = json_response({"items": items, "next": following, **more})
    elif whole:
        response = _csv(shape, _rest(items, following, produce))
    else:
        response = _csv(shape, items)
        if following:
            response["Link"] = f'<{_address(request, following)}>; rel="next"'
    patch_vary_headers(response, ["Accept"])
    return response


def _refuse_unknown(request: ApiRequest, known: AbstractSet[str]) -> None:
    """422 for a parameter that is none: a filter misspelt would let everything through.

    How a list is asked for may be said to those too that come whole.
    """
    if unknown := sorted(request.GET.keys() - known - Asked.model_fields.keys()):
        raise invalid(
            [FieldError(loc=["query", name[:255]], msg="is no parameter") for name in unknown]
        )


def wants_csv(request: ApiRequest, asked: Whole) -> bool:
    if asked.format is not None:
        return asked.format == "csv"
    return request.get_preferred_type(["application/json", CSV]) == CSV


def _address(request: ApiRequest, cursor: str) -> str:
    query = request.GET.copy()
    query["cursor"] = cursor
    return f"{escape_uri_path(request.path)}?{query.urlencode()}"


def _rest(
    items: Sequence[Mapping[str, Any]], following: str | None, produce: Produce
) -> Iterator[Mapping[str, Any]]:
    """All items from the first page on; the next page is read when this one is sent."""
    yield from items
    while following is not None:
        items, following = produce(MAX_LIMIT, following)
        yield from items


def _csv(shape: type, items: Iterable[Mapping[str, Any]]) -> HttpResponseBase:
    columns = list(shape.__annotations__)
    rows = ([item[column] for column in columns] for item in items)
    return StreamingHttpResponse(lines(columns, rows), content_type=f"{CSV}; charset=utf-8")


def plain_list(items: Sequence[Mapping[str, Any]]) -> Produce:
    """A list that has no second page."""
    return lambda _limit, _cursor: (items, None)
