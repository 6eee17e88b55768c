"""Backups of the embedded database: of one moment, and put back as a whole or not at all."""

from __future__ import annotations

import json
import tarfile
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from linkhub.embedded import postgres
from linkhub.embedded.backups import file, making
from linkhub.embedded.backups.file import CannotBackUp, Facts
from linkhub.embedded.backups.making import back_up
from linkhub.embedded.backups.restoring import restore
from linkhub.embedded.locks import exclusive
from linkhub.embedded.place import Place
from tests.embedded.conftest import query

pytestmark = pytest.mark.slow
NAMES = "SELECT name FROM thing ORDER BY name"


@pytest.fixture
def kept(place: Place) -> Place:
    """A place with a thing in it, by a migration that this LinkHub knows."""
    postgres.start(place, durable=False)
    query(place, "CREATE TABLE django_migrations (app text, name text)")
    query(place, "INSERT INTO django_migrations VALUES ('runs', '0001_tables')")
    query(place, "CREATE TABLE thing (name text)")
    query(place, "INSERT INTO thing VALUES ('ä thing')")
    return place


@pytest.fixture
def path(folder: Path) -> Path:
    return folder / "backup.tar"


def test_what_was_backed_up_comes_back(kept: Place, path: Path) -> None:
    facts = back_up(kept, path)
    assert facts.rows == {"django_migrations": 1, "thing": 1}
    query(kept, "INSERT INTO thing VALUES ('later')")
    query(kept, "CREATE TABLE of_a_later_time ()")
    assert restore(kept, path, replace=True) == facts
    assert query(kept, NAMES) == [("ä thing",)]
    assert query(kept, "SELECT to_regclass('of_a_later_time')") == [(None,)]
    assert query(kept, "SELECT count(*) FROM pg_database WHERE datname LIKE 'linkhub%'") == [(1,)]
    assert path.stat().st_mode & 0o777 == 0o600


def test_it_is_of_one_moment(kept: Place, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = making.count_rows

    def write_meanwhile(*arguments: object) -> dict[str, int]:
        found = counted(*arguments)  # type: ignore[arg-type]
        query(kept, "INSERT INTO thing VALUES ('while it goes on')")
        return found

    monkeypatch.setattr(making, "count_rows", write_meanwhile)
    back_up(kept, path)
    restore(kept, path, replace=True)
    assert query(kept, NAMES) == [("ä thing",)]


def test_a_server_that_does_not_run_is_started_and_stopped(kept: Place, path: Path) -> None:
    postgres.stop(kept)
    back_up(kept, path)
    restore(kept, path, replace=True)
    assert postgres.running(kept) is None


def test_nothing_stored_is_lost_unasked(kept: Place, path: Path) -> None:
    back_up(kept, path)
    with pytest.raises(CannotBackUp, match="is not empty: --replace"):
        restore(kept, path, replace=False)
    with exclusive(kept.home.lock("serve")), pytest.raises(CannotBackUp, match="stop it first"):
        restore(kept, path, replace=True)
    with pytest.raises(CannotBackUp, match="is there already"):
        back_up(kept, path)
    query(kept, "DROP TABLE thing, django_migrations")
    assert restore(kept, path, replace=False).rows["thing"] == 1


def test_a_backup_of_a_newer_linkhub_is_refused(kept: Place, path: Path) -> None:
    query(kept, "INSERT INTO django_migrations VALUES ('runs', '9999_future')")
    back_up(kept, path)
    with pytest.raises(CannotBackUp, match=r"newer: it knows runs\.9999_future"):
        restore(kept, path, replace=True)
    assert query(kept, NAMES) == [("ä thing",)]


def test_an_incomplete_backup_is_refused(kept: Place, path: Path, folder: Path) -> None:
    facts = back_up(kept, path)
    file.read(path, folder / "dump")
    file.write(path, replace(facts, rows=facts.rows | {"thing": 2}), folder / "dump")
    with pytest.raises(CannotBackUp, match="incomplete: thing has other rows"):
        restore(kept, path, replace=True)
    (folder / "dump").write_bytes(b"PGDMP but no more")
    file.write(path, facts, folder / "dump")
    with pytest.raises(CannotBackUp, match="pg_restore failed"):
        restore(kept, path, replace=True)
    assert query(kept, NAMES) == [("ä thing",)]


def test_an_empty_database_is_no_backup(place: Place, path: Path) -> None:
    with pytest.raises(CannotBackUp, match="is empty"):
        back_up(place, path)
    assert not path.exists()


def test_what_is_no_backup_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.tar"
    for content in (b"nonsense", b""):
        path.write_bytes(content)
        with pytest.raises(CannotBackUp, match="no backup that can be read"):
            file.read(path, tmp_path / "dump")
    facts = Facts("2026", "1", "18", [], {}, format=2)
    (tmp_path / "dump").touch()
    file.write(path, facts, tmp_path / "dump")
    with tarfile.open(path) as tar:
        assert json.load(tar.extractfile("backup.json"))["format"] == 2  # type: ignore[arg-type]
    with pytest.raises(CannotBackUp, match="a newer LinkHub"):
        file.read(path, tmp_path / "dump")


def test_the_commands_are_for_the_embedded_database(settings, tmp_path: Path) -> None:
    settings.LINKHUB_HOME = tmp_path
    for command in ("backup", "restore"):
        with pytest.raises(CommandError, match="a server of your own"):
            call_command(command, str(tmp_path / "x.tar"), stdout=StringIO())
