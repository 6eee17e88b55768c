"""Making a backup while LinkHub runs: everything in it is of one moment."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql

from linkhub.embedded.backups.file import DUMP, CannotBackUp, Facts, write
from linkhub.embedded.backups.programs import call, connect, running, workspace
from linkhub.embedded.cluster import DATABASE
from linkhub.embedded.place import Place
from linkhub.lib.version import VERSION

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
MIGRATIONS = "SELECT app || '.' || name FROM django_migrations ORDER BY 1"


def back_up(place: Place, path: Path) -> Facts:
    """Write a backup to `path`, which must not be there yet; return what it holds."""
    if path.exists():
        raise CannotBackUp(f"{path} is there already: name another file.")
    with (
        running(place) as version,
        workspace(place) as folder,
        connect(place, DATABASE) as connection,
        connection.transaction(),
    ):
        # What is read here and what `pg_dump` reads is the same: it takes this snapshot.
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        snapshot = _values(connection, "SELECT pg_export_snapshot()")[0]
        if "django_migrations" not in _values(connection, TABLES):
            raise CannotBackUp(f"The database of {place.home.path} is empty: nothing to back up.")
        facts = Facts(
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            version=VERSION,
            postgres=version,
            migrations=_values(connection, MIGRATIONS),
            rows=count_rows(connection),
        )
        dump = folder / DUMP
        what = (f"--snapshot={snapshot}", f"--dbname={DATABASE}", f"--file={dump}")
        call(place, folder, "pg_dump", "--format=custom", "--no-owner", *what)
        write(path, facts, dump)
    return facts


def count_rows(connection: psycopg.Connection[tuple[object, ...]]) -> dict[str, int]:
    """By table, counted exactly."""
    counts = {}
    for table in _values(connection, TABLES):
        statement = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
        found = connection.execute(statement).fetchone()
        counts[table] = int(str(found[0])) if found else 0
    return counts


def _values(connection: psycopg.Connection[tuple[object, ...]], statement: str) -> list[str]:
    rows = connection.execute(statement.encode()).fetchall()
    return [str(value) for (value,) in rows]
