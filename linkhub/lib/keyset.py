"""Keyset paging: pages that begin after a row, found by its natural order and never by its id."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.db.models import F, Model, QuerySet, Value
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan

from linkhub.lib.storable import is_storable

# Five names of 255 characters of four bytes each, a key and a time.
LONGEST = 8_192

CursorValue = str | int | datetime
M = TypeVar("M", bound=Model)


class BadCursor(ValueError):
    """A cursor that this list did not hand out."""


def encode_cursor(values: Sequence[CursorValue]) -> str:
    """An opaque text that stands for a row's place in the order."""
    plain = [{"at": each.isoformat()} if isinstance(each, datetime) else each for each in values]
    text = json.dumps(plain, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(cursor: str, kinds: Sequence[type[CursorValue]]) -> tuple[CursorValue, ...]:
    """The values of a cursor, of exactly these types. Raises BadCursor for anything else."""
    if len(cursor) > LONGEST:
        raise BadCursor("the cursor is too long")
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        found = tuple(_value(each) for each in values)
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        raise BadCursor("not a cursor") from None
    if [type(each) for each in found] != list(kinds):
        raise BadCursor("not a cursor of this list")
    return found


def _value(stored: Any) -> CursorValue:
    if isinstance(stored, dict):
        moment = datetime.fromisoformat(stored["at"])
        if moment.tzinfo is None:
            raise ValueError("a time without its zone")
        # Not every offset that Python reads is one that PostgreSQL does.
        return moment.astimezone(UTC)
    if isinstance(stored, str) and is_storable(stored):
        return stored
    if isinstance(stored, int) and not isinstance(stored, bool) and abs(stored) < 1 << 63:
        return stored
    raise ValueError("not a value of a cursor")


def after(
    rows: QuerySet[M, M], order: Sequence[str], values: Sequence[CursorValue] | None
) -> QuerySet[M, M]:
    """The rows in an order, from behind the one with these values (None: from the first).

    `order` as for `order_by`, all ascending or all descending: `("-created_at", "-name")`. One
    row-value comparison, which an index on these columns answers wherever the page begins; the
    usual `OR` of prefixes is as slow as OFFSET. No column may be null, or its row never shows.
    """
    columns = [each.removeprefix("-") for each in order]
    descending = {each.startswith("-") for each in order}
    if len(descending) != 1:
        raise ValueError("an order is all ascending or all descending")
    ordered = rows.order_by(*order)
    if values is None:
        return ordered
    compare = TupleLessThan if True in descending else TupleGreaterThan
    here = Tuple(*map(F, columns))
    return ordered.filter(compare(here, tuple(map(Value, values))))
