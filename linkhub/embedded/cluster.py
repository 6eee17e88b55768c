"""The data directory of the embedded PostgreSQL: made whole or not at all."""

from __future__ import annotations

import pwd
import re
import shutil
from pathlib import Path

from linkhub.embedded import failures
from linkhub.embedded.binaries import Binary
from linkhub.embedded.errors import CannotStart
from linkhub.embedded.home import kept_secret
from linkhub.embedded.place import Place
from linkhub.embedded.spawning import run

ROLE = DATABASE = "linkhub"
# No libc or ICU locale: the same order of text on every machine, and nothing to install.
LOCALE = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
# Nobody but LinkHub's own role may connect, and only through the socket.
ACCESS = f"local all {ROLE} scram-sha-256\n"
# The single-user server reports a failed statement in its output only, with exit code 0.
FAILED_STATEMENT = re.compile(r"\b(ERROR|FATAL|PANIC):")
# initdb wants a name for its user id; a container's arbitrary id borrows nobody's.
AS_NOBODY = ("unshare", "--user", "--map-user=65534", "--map-group=65534")


def data_directory(place: Place) -> Path:
    return place.directory / "postgres"


def password(place: Place) -> str:
    return kept_secret(_password_file(place))


def prepare_cluster(place: Place, binary: Binary, *, durable: bool) -> None:
    """Make the data directory where there is none, else see that this version can open it."""
    data = data_directory(place)
    marker = data / "PG_VERSION"
    if not marker.exists():
        _make(place, binary, durable=durable)
    elif (was := marker.read_text().strip()) != binary.major:
        raise CannotStart(failures.other_major(data, was, binary.major))
    elif not _password_file(place).exists():
        alter = f"ALTER ROLE {ROLE} PASSWORD '{password(place)}';\n"
        _execute(place, binary, data, alter)


def _password_file(place: Place) -> Path:
    return place.home.path / "postgres_password"


def _make(place: Place, binary: Binary, *, durable: bool) -> None:
    """Built under another name, so that a crash half way leaves nothing that looks finished."""
    unfinished = data_directory(place).with_name("postgres.part")
    shutil.rmtree(unfinished, ignore_errors=True)
    options = ["-U", "postgres", "--auth=reject", "--no-instructions", *LOCALE]
    if not durable:
        options += ["--no-sync", "--wal-segsize=1"]
    initdb = binary.path.with_name("initdb")
    _must(place, "initdb", [*_naming(place), initdb, "-D", unfinished, *options])
    (unfinished / "pg_hba.conf").write_text(ACCESS)
    # Not a superuser: an injected COPY … PROGRAM must not run.
    create = (
        f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{password(place)}';\n"
        f"CREATE DATABASE {DATABASE} OWNER {ROLE};\n"
    )
    _execute(place, binary, unfinished, create)
    unfinished.rename(data_directory(place))


def _execute(place: Place, binary: Binary, data: Path, statements: str) -> None:
    """Run one statement a line as the superuser, who has no other way in."""
    single = [*_naming(place), binary.path, "--single", "-D", data, "postgres"]
    _must(place, "postgres", single, statements)


def _must(place: Place, server: str, arguments: list[str | Path], text: str = "") -> None:
    outcome = run(place, arguments, text)
    if outcome.returncode or FAILED_STATEMENT.search(outcome.stdout):
        where = data_directory(place)
        raise CannotStart(failures.of_output(server, outcome.stdout, where))


def _naming(place: Place) -> list[str | Path]:
    try:
        pwd.getpwuid(place.account.uid)
    except KeyError:
        return list(AS_NOBODY) if shutil.which(AS_NOBODY[0]) else []
    return []
