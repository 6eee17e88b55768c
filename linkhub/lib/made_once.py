"""Query sets whose SQL is made once in a process.

A page asks the same few questions of the same shape, with other values each time. Django takes
longer to write one of them down than PostgreSQL to answer it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import islice
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import JSONField, Model, QuerySet
from django.db.models.sql import Query

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
    is. No column may be one that Django would convert, but for JSON.
    """

    def __init__(self, make: Callable[..., QuerySet[Any, Any]], **kinds: type) -> None:
        self._make = make
        self._kinds = kinds

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """The rows for these values, one for each of the kinds; others are not looked at."""
        made = self._made
        given = [values[part] if is_name else part for part, is_name in made.parts]
        with connection.cursor() as cursor:
            cursor.execute(made.statement, given)
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return [_read(row, made.json) for row in found] if made.json else found

    @cached_property
    def _made(self) -> _Made:
        kinds = enumerate(self._kinds.items())
        stand_ins = {name: _STAND_INS[kind](at) for at, (name, kind) in kinds}
        query = self._make(**stand_ins).query
        statement, parameters = query.sql_with_params()
        names = {_key(value): name for name, value in stand_ins.items()}
        missing = names.keys() - {_key(each) for each in parameters}
        if missing:
            raise ValueError(f"the statement has no place for {[names[each] for each in missing]}")
        parts = [
            (names[_key(each)], True) if _key(each) in names else (each, False)
            for each in parameters
        ]
        fields = enumerate(expression.output_field for expression in _columns_of(query))
        return _Made(statement, parts, [at for at, each in fields if isinstance(each, JSONField)])


def models_of(row: Iterable[Any], *parts: tuple[type[Model], Sequence[str]]) -> list[Any]:
    """The models that a row has joined, by the columns of each, its key first.

    In the order that `from_db` wants them in; None for one that a LEFT JOIN did not find.
    """
    values = iter(row)
    found = [(model, names, list(islice(values, len(names)))) for model, names in parts]
    return [
        None if own[0] is None else model.from_db(DEFAULT_DB_ALIAS, names, own)
        for model, names, own in found
    ]


class _Made(NamedTuple):
    """`parts` are the parameters in order, each a value or the name of one; `json` columns."""

    statement: str
    parts: list[tuple[Any, bool]]
    json: list[int]


def _columns_of(query: Query) -> list[Any]:
    compiler = query.get_compiler(DEFAULT_DB_ALIAS)
    compiler.setup_query()
    return [expression for expression, *_ in compiler.select]


def _read(row: tuple[Any, ...], columns: Iterable[int]) -> tuple[Any, ...]:
    values = list(row)
    for at in columns:
        if values[at] is not None:
            values[at] = json.loads(values[at])
    return tuple(values)


def _key(value: Any) -> Hashable:
    """Of lists, which have no hash, their values."""
    return ("list", *value) if isinstance(value, list) else value
