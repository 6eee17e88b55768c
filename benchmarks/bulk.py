"""Loading many rows as quickly as PostgreSQL takes them: indexes and constraints come afterwards.

An index that is built at once costs a small part of one that every row is put into; a foreign key
that is added checks all rows by one join.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import connection

# Of this connection alone. All is on disk once the first index is built.
SETTINGS = {"synchronous_commit": "off", "maintenance_work_mem": "'1GB'"}
# Primary keys stay, which the rows are read by. Foreign keys come last: unique ones serve their
# checks.
CONSTRAINTS = """
    SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
           format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname,
                  pg_get_constraintdef(oid))
    FROM pg_constraint WHERE conrelid = ANY(%s::regclass[]) AND contype = %s ORDER BY conname
"""
INDEXES = """
    SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
    FROM pg_index WHERE indrelid = ANY(%s::regclass[]) AND NOT indisprimary
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype = 'u')
    ORDER BY indexrelid
"""


@contextmanager
def loading(tables: Sequence[str]) -> Iterator[None]:
    """`tables` without indexes and constraints; they come back where it ends well."""
    names = list(tables)
    with connection.cursor() as cursor:
        found: list[tuple[str, str]] = []
        for query, given in ((CONSTRAINTS, [names, "u"]), (INDEXES, [names])):
            cursor.execute(query, given)
            found += cursor.fetchall()
        cursor.execute(CONSTRAINTS, [names, "f"])
        found += cursor.fetchall()
        for name, value in SETTINGS.items():
            cursor.execute(f"SET {name} = {value}")
        for drop, _ in found:
            cursor.execute(drop)
    yield
    with connection.cursor() as cursor:
        for _, make in found:
            cursor.execute(make)
        for name in SETTINGS:
            cursor.execute(f"RESET {name}")
