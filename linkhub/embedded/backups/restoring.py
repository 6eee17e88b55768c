"""Putting a backup in the place of the embedded database: as a whole, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from linkhub.embedded.backups.file import DUMP, CannotBackUp, Facts, read
from linkhub.embedded.backups.making import TABLES, count_rows
from linkhub.embedded.backups.programs import MAINTENANCE, call, connect, running, workspace
from linkhub.embedded.cluster import DATABASE
from linkhub.embedded.locks import only_one
from linkhub.embedded.place import Place

NEW, OLD = f"{DATABASE}_restored", f"{DATABASE}_replaced"


def restore(place: Place, path: Path, *, replace: bool) -> Facts:
    """Read `path` into a database of its own, then give that the name that LinkHub opens.

    Raises CannotBackUp where LinkHub runs, where the backup is a newer LinkHub's, and without
    `replace` where anything is stored; then everything is as it was.
    """
    with _nobody_else(place), workspace(place) as folder:
        facts = read(path, folder / DUMP)
        place.account.give(folder / DUMP)
        _check_version(facts)
        with running(place):
            if not replace and _is_used(place):
                raise CannotBackUp(
                    f"The database of {place.home.path} is not empty: --replace puts the backup in"
                    " its place, or choose another LINKHUB_HOME."
                )
            _read_in(place, folder)
            _check_rows(place, facts)
            _swap(place)
    return facts


@contextmanager
def _nobody_else(place: Place) -> Iterator[None]:
    with only_one(place.home.lock("serve")) as is_held:
        if not is_held:
            raise CannotBackUp(f"LinkHub runs on {place.home.path}: stop it first.")
        yield


def _check_version(facts: Facts) -> None:
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if unknown := sorted(set(facts.migrations) - known):
        raise CannotBackUp(
            f"The backup is of LinkHub {facts.version}, which is newer: it knows {unknown[0]}."
            " Update this LinkHub first."
        )


def _is_used(place: Place) -> bool:
    with connect(place, DATABASE) as connection:
        return connection.execute(TABLES).fetchone() is not None


def _read_in(place: Place, folder: Path) -> None:
    with connect(place, MAINTENANCE) as connection:
        for name in (NEW, OLD):
            _drop(connection, name)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NEW)))
    whole = ("--single-transaction", "--exit-on-error", "--no-owner")
    call(place, folder, "pg_restore", *whole, f"--dbname={NEW}", folder / DUMP)


def _check_rows(place: Place, facts: Facts) -> None:
    with connect(place, NEW) as connection:
        found = count_rows(connection)
        connection.execute("ANALYZE")
    if found != facts.rows:
        wrong = sorted(name for name in facts.rows if found.get(name) != facts.rows[name])
        raise CannotBackUp(f"The backup is incomplete: {', '.join(wrong)} has other rows.")


def _swap(place: Place) -> None:
    """Both names change in one transaction; what was replaced goes afterwards."""
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    with connect(place, MAINTENANCE) as connection:
        try:
            with connection.transaction():
                for name, new in ((DATABASE, OLD), (NEW, DATABASE)):
                    names = (sql.Identifier(name), sql.Identifier(new))
                    connection.execute(rename.format(*names))
        except psycopg.errors.ObjectInUse as error:
            raise CannotBackUp("Somebody is connected to the database: end that first.") from error
        _drop(connection, OLD)


def _drop(connection: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
