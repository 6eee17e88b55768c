"""Running PostgreSQL's own programs for dumps against the embedded server."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from linkhub.embedded import binaries, failures, postgres
from linkhub.embedded.backups.file import CannotBackUp
from linkhub.embedded.cluster import ROLE, password
from linkhub.embedded.place import Place
from linkhub.embedded.spawning import run

MAINTENANCE = "postgres"


def connect(place: Place, database: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(postgres.url(place), dbname=database, autocommit=True)


@contextmanager
def running(place: Place) -> Iterator[str]:
    """The server's version; it is started for the block where it does not run."""
    server = postgres.start(place)
    try:
        yield server.version
    finally:
        if server.started:
            postgres.stop(place)


@contextmanager
def workspace(place: Place) -> Iterator[Path]:
    """A folder that the servers' account writes and nobody else reads."""
    with tempfile.TemporaryDirectory(dir=place.directory, prefix="backup-") as name:
        folder = Path(name)
        place.account.give(folder)
        yield folder


def call(place: Place, folder: Path, name: str, *arguments: str | Path) -> None:
    """Run `pg_dump` or `pg_restore`; the password stands in a file, not where `ps` shows it."""
    program = binaries.postgres(place).path.with_name(name)
    if not program.is_file():
        raise CannotBackUp(f"{program.parent} has no {name}: install PostgreSQL's client programs.")
    passfile = folder / "pgpass"
    passfile.write_text(f"*:*:*:{ROLE}:{password(place)}\n")
    passfile.chmod(0o600)
    place.account.give(passfile)
    options: list[str | Path] = ["--no-password", f"--host={place.sockets}", f"--username={ROLE}"]
    env = ["/usr/bin/env", f"PGPASSFILE={passfile}"]
    outcome = run(place, [*env, program, *options, *arguments])
    if outcome.returncode:
        said = failures.last_words(outcome.stdout)
        raise CannotBackUp(f"{name} failed: {said}")
