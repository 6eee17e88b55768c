"""Query sets whose SQL is made once in a process.

A page asks the same few questions of the same shape, with other values each time. Django takes
longer to write one of them down than PostgreSQL to answer it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import QuerySet

_EARLY = datetime(1900, 1, 1, tzinfo=UTC)
# What every column of numbers can hold.
_ODD = 31_415
# By kind of value, what stands for the value of this number while the SQL is made: nothing that a
# query set would say by itself.
_STAND_INS: dict[type, Callable[[int], Any]] = {
    int: lambda number: _ODD + number,
    str: lambda number: f"stand-in {number}",
    datetime: lambda number: _EARLY + timedelta(days=number),
    list: lambda number: [_ODD + number],
}


class MadeOnce:
    """`make` gets a value of each of `kinds` by name and returns a query set of plain columns.

    It is asked once, with stand-ins, and must not look at them: each goes into the statement as it
    is. Columns come as the driver reads them, which for JSON is text.
    """

    def __init__(self, make: Callable[..., QuerySet[Any, Any]], **kinds: type) -> None:
        self._make = make
        self._kinds = kinds

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """The rows for these values, one for each of the kinds; others are not looked at."""
        statement, parts = self._made
        given = [values[part] if is_name else part for part, is_name in parts]
        with connection.cursor() as cursor:
            cursor.execute(statement, given)
            found: list[tuple[Any, ...]] = cursor.fetchall()
            return found

    @cached_property
    def _made(self) -> tuple[str, list[tuple[Any, bool]]]:
        """The SQL and its parameters in order, each a value or the name of one."""
        stand_ins = {
            name: _STAND_INS[kind](at) for at, (name, kind) in enumerate(self._kinds.items())
        }
        statement, parameters = self._make(**stand_ins).query.sql_with_params()
        names = {_key(value): name for name, value in stand_ins.items()}
        missing = names.keys() - {_key(each) for each in parameters}
        if missing:
            raise ValueError(f"the statement has no place for {[names[each] for each in missing]}")
        return statement, [
            (names[_key(each)], True) if _key(each) in names else (each, False)
            for each in parameters
        ]


def _key(value: Any) -> Hashable:
    """Of lists, which have no hash, their values."""
    return ("list", *value) if isinstance(value, list) else value
