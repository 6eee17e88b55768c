"""Rows of one table by natural key: loaded once, merged in memory, written once.

New rows go in by one INSERT, changed ones by one UPDATE, each from a JSON record set: several
times as fast as Django's bulk_create and bulk_update, and without a limit of parameters.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable, ItemsView, Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import orjson
from django.db import connection, models
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorWrapper
from django.db.models.base import ModelState

K = TypeVar("K", bound=Hashable)
M = TypeVar("M", bound=models.Model)
RETURNING = " RETURNING id"


class Rows(Generic[K, M]):
    """The rows of `model` that one recording touches, under their natural keys."""

    def __init__(self, model: type[M]) -> None:
        self._model = model
        self._rows: dict[K, M] = {}
        self._new: dict[K, M] = {}
        self._dirty: dict[K, M] = {}

    def add_stored(self, key: K, row: M) -> None:
        self._rows[key] = row

    def get(self, key: K) -> M | None:
        return self._rows.get(key)

    def __getitem__(self, key: K) -> M:
        return self._rows[key]

    def add_new(self, key: K, row: M) -> M:
        self._rows[key] = self._new[key] = row
        return row

    def add_blank(self, key: K, **parents_and_key: Any) -> M:
        """Add a new row with its parent and natural key, all else as the model's defaults say."""
        return self.add_new(key, blank(self._model, **parents_and_key))

    def touch(self, key: K) -> None:
        """Have the row written: a stored one by update, a new one by insert anyway."""
        if key not in self._new:
            self._dirty[key] = self._rows[key]

    def items(self) -> ItemsView[K, M]:
        return self._rows.items()

    def write(self) -> None:
        if self._new:
            insert(self._model, self._new.values())
        if self._dirty:
            update(self._model, self._dirty.values())


def blank(model: type[M], **values: Any) -> M:
    """What `model(**values)` gives, many times as fast: a batch makes thousands."""
    constant, made = _defaults(model)
    row = model.__new__(model)
    attributes = row.__dict__
    attributes.update(constant)
    for name, make in made:
        attributes[name] = make()
    row._state = ModelState()
    for name, value in values.items():
        if isinstance(value, models.Model):
            relate(row, name, value)
        else:
            attributes[name] = value
    return row


def relate(row: models.Model, name: str, parent: models.Model | None) -> None:
    """What assigning `parent` to the foreign key `name` does, without its checks."""
    row._state.fields_cache[name] = parent
    row.__dict__[f"{name}_id"] = None if parent is None else parent.__dict__["id"]


@functools.cache
def _defaults(
    model: type[models.Model],
) -> tuple[dict[str, Any], list[tuple[str, Callable[[], Any]]]]:
    """The columns' defaults: those that cannot change, and what makes the others anew."""
    constant, made = {}, []
    for field in model._meta.concrete_fields:
        if field.has_default() and callable(field.default):
            made.append((field.attname, field.default))
        else:
            constant[field.attname] = field.get_default()
    return constant, made


def bulk_cursor() -> CursorWrapper:
    """A cursor that sends its parameters apart from the statement.

    Django's own writes them into it: megabytes to quote here, and to read as SQL over there.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors:
        cursor = ServerBindingCursor(connection.connection)  # type: ignore[call-arg]
        return connection.make_cursor(cursor)  # type: ignore[arg-type]


def insert(model: type[M], rows: Iterable[M]) -> None:
    """Store new rows in one statement and give them their keys."""
    ordered = list(rows)
    statement = _statements(model)[0]
    with bulk_cursor() as cursor:
        cursor.execute(statement, [_records(model, ordered)])
        for row, (pk,) in zip(ordered, cursor.fetchall(), strict=True):
            row.__dict__["id"] = pk


def insert_unseen(model: type[M], rows: Mapping[K, M], natural_key: Sequence[str]) -> dict[K, M]:
    """Store the new rows that nobody else has stored, in the order given; return these.

    `natural_key` names the columns of the mapping's keys.
    """
    statement = _statements(model)[0].removesuffix(RETURNING)
    names = ", ".join(map(connection.ops.quote_name, natural_key))
    with bulk_cursor() as cursor:
        cursor.execute(
            f"{statement} ON CONFLICT DO NOTHING{RETURNING}, {names}",
            [_records(model, rows.values())],
        )
        stored: dict[Any, int] = {tuple(key): pk for pk, *key in cursor.fetchall()}
    found = {}
    for key, row in rows.items():
        if (pk := stored.get(key)) is not None:
            row.__dict__["id"] = pk
            found[key] = row
    return found


def update(model: type[M], rows: Iterable[M]) -> None:
    """Store changed rows in one statement."""
    with bulk_cursor() as cursor:
        cursor.execute(_statements(model)[1], [_records(model, rows)])


def _records(model: type[M], rows: Iterable[M]) -> str:
    """The rows as a JSON list of objects: by attribute, which is what their columns are called."""
    parents: list[Any] = [field for field in model._meta.concrete_fields if field.is_relation]
    records = []
    for row in rows:
        attributes = row.__dict__
        for field in parents:
            # One that was new when it was assigned has its key only since it was stored.
            if attributes[field.attname] is None and field.is_cached(row):
                parent = field.get_cached_value(row)
                attributes[field.attname] = None if parent is None else parent.id
        records.append(attributes)
    return orjson.dumps(records, default=_no_column).decode()


def _no_column(value: object) -> None:
    """What Django keeps of a row in `_state` is null, and read by nobody."""
    if not isinstance(value, ModelState):
        raise TypeError(f"{type(value).__name__} is not stored")


@functools.cache
def _statements(model: type[models.Model]) -> tuple[str, str]:
    """The INSERT and the UPDATE of `model`; every name in them is Django's own, no user's."""
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    names = [quote(str(field.column)) for field in fields]
    shape = ", ".join(
        f"{name} {field.db_type(connection)}" for name, field in zip(names, fields, strict=True)
    )
    columns = ", ".join(names)
    values = ", ".join(f"{name} = x.{name}" for name in names)
    return (
        f"INSERT INTO {table} ({columns}) SELECT {columns}"  # noqa: S608
        f" FROM jsonb_to_recordset(%s::jsonb) AS x ({shape}){RETURNING}",
        f"UPDATE {table} AS t SET {values}"  # noqa: S608
        f" FROM jsonb_to_recordset(%s::jsonb) AS x (id bigint, {shape}) WHERE t.id = x.id",
    )
