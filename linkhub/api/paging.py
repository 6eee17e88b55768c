"""Pages of a list: `limit` rows from behind a cursor, and the cursor of the next page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Model, QuerySet

from linkhub.lib.keyset import CursorValue, after, decode_cursor, encode_cursor

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Order:
    """A list's natural order: `columns` as for `order_by`, with their types in a cursor."""

    columns: Sequence[str]
    kinds: Sequence[type[CursorValue]]


BY_NAME = Order(columns=("name",), kinds=(str,))


def page(
    rows: QuerySet[M, M],
    order: Order,
    place: Callable[[M], Sequence[CursorValue]],
    *,
    limit: int,
    cursor: str | None,
) -> tuple[list[M], str | None]:
    """One page and the cursor of the next, if there is one; `place` gives a row's own values.

    Raises BadCursor, which `lists.list_response` answers.
    """
    start = None if cursor is None else decode_cursor(cursor, order.kinds)
    found = list(after(rows, order.columns, start)[: limit + 1])
    more = len(found) > limit
    return found[:limit], encode_cursor(place(found[limit - 1])) if more else None
