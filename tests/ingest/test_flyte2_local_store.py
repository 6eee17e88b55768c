import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from linkhub.ingest.flyte2_local import store as module
from linkhub.ingest.flyte2_local.store import LocalStore, StoredRun, StoreError
from tests.ingest.stores import ENDED, STARTED, task, whole, write_store


def read(path: Path) -> list[StoredRun]:
    with LocalStore(path) as store:
        return list(store.runs())


def complaint(path: Path, **options: float) -> str:
    with pytest.raises(StoreError) as caught, LocalStore(path, **options) as store:
        list(store.runs())
    return str(caught.value)


@contextmanager
def writer(path: Path, *statements: str) -> Iterator[sqlite3.Connection]:
    """Another program that has the store open."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        for statement in statements:
            connection.execute(statement)
        yield connection
    finally:
        connection.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_store(tmp_path / "cache.db", r1=[whole(), task()], r2=[whole()])


def test_it_reads_the_rows_of_each_run(path: Path) -> None:
    first, second = read(path)
    assert (first.name, second.name) == ("r1", "r2")
    assert [row.action_name for row in first.rows] == ["a0", "x1"]
    assert (first.rows[0].start_time, first.rows[0].end_time) == (STARTED, ENDED)
    assert first.rows[0].context is None


def test_it_gives_a_runs_rows_in_the_order_of_their_start(tmp_path: Path) -> None:
    rows = [task("late", start_time=STARTED + 9), task("early"), whole()]
    [run] = read(write_store(tmp_path / "cache.db", r1=rows))
    assert [row.action_name for row in run.rows] == ["a0", "early", "late"]


def test_it_reads_more_runs_than_one_read_of_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "NAMES", module.NAMES.replace("LIMIT 500", "LIMIT 2"))
    names = [f"r{number}" for number in range(5)]
    path = write_store(tmp_path / "cache.db", **{name: [whole()] for name in names})
    assert [run.name for run in read(path)] == names


def test_it_goes_on_past_a_name_that_is_not_utf_8(path: Path) -> None:
    with writer(path) as connection:
        connection.execute("INSERT INTO runs (run_name, action_name) VALUES (x'72ff', 'a0')")
        connection.execute(
            "INSERT INTO runs (run_name, action_name) VALUES (CAST(x'7231ff' AS TEXT), 'a0')"
        )
    assert [run.name for run in read(path)] == ["r1", "r1\ufffd", "r2"]


def test_it_reads_a_store_of_an_older_flyte(tmp_path: Path) -> None:
    missing = ("log_links", "attempts_json")
    path = write_store(tmp_path / "cache.db", drop=missing, r1=[whole(), task()])
    with LocalStore(path) as store:
        assert store.missing_columns == missing
        assert [run.name for run in store.runs()] == ["r1"]


def test_it_reads_while_another_program_writes(path: Path) -> None:
    insert = "INSERT INTO runs (run_name, action_name) VALUES ('r3', 'a0')"
    with writer(path, "BEGIN IMMEDIATE", insert):
        assert [run.name for run in read(path)] == ["r1", "r2"]


def test_it_reads_a_store_with_write_ahead_logging(path: Path) -> None:
    insert = "INSERT INTO runs (run_name, action_name) VALUES ('r3', 'a0')"
    with writer(path, "PRAGMA journal_mode=WAL", insert):
        assert [run.name for run in read(path)] == ["r1", "r2", "r3"]


def test_it_keeps_no_lock_between_two_runs(path: Path) -> None:
    with LocalStore(path) as store, writer(path) as flyte:
        runs = store.runs()
        next(runs)
        flyte.execute("PRAGMA busy_timeout=0")
        flyte.execute("DELETE FROM runs WHERE run_name = 'r1'")
        assert next(runs).name == "r2"


def test_it_leaves_the_store_as_it_was(path: Path) -> None:
    before, files = path.read_bytes(), os.listdir(path.parent)
    read(path)
    assert (path.read_bytes(), os.listdir(path.parent)) == (before, files)


def test_it_says_that_the_store_is_locked(path: Path) -> None:
    with writer(path, "BEGIN EXCLUSIVE"):
        said = complaint(path, busy_seconds=0.01)
    assert said == f"{path} is locked by another program; waited 0.01 seconds."


def test_it_says_that_a_write_was_cut_off(path: Path, tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    # More than fits into the cache: the file itself is changed before the transaction ends.
    rows = "INSERT INTO runs (run_name, action_name, inputs) VALUES ('r3', ?, zeroblob(100000))"
    with writer(path, "PRAGMA cache_size=5", "BEGIN") as flyte:
        flyte.executemany(rows, [(str(number),) for number in range(20)])
        for file in path.parent.glob("cache.db*"):
            shutil.copy(file, tmp_path / "copy")
    said = complaint(tmp_path / "copy" / "cache.db")
    assert "cache.db was left in the middle of a write: run something with Flyte" in said


def test_it_says_that_there_is_no_file(tmp_path: Path) -> None:
    path = tmp_path / "none.db"
    assert complaint(path) == f"There is no file {path}."
    assert not path.exists()


def test_it_says_that_the_path_is_a_directory(tmp_path: Path) -> None:
    assert complaint(tmp_path).startswith(f"{tmp_path} is a directory: give the store's file")


def test_it_says_that_the_path_is_no_file() -> None:
    assert complaint(Path(os.devnull)) == "/dev/null is not a file."


def test_it_says_why_the_file_may_not_be_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # root may read every file
    assert complaint(path) == f"{path} cannot be read: Permission denied."


def test_it_says_that_the_file_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Dear diary, today I ran a workflow.")
    assert complaint(path) == f"{path} is not an SQLite database."


@pytest.mark.parametrize("sql", ["", "CREATE TABLE task_cache (key TEXT)"])
def test_it_says_that_there_are_no_runs_in_it(tmp_path: Path, sql: str) -> None:
    path = tmp_path / "other.db"
    with writer(path, sql):
        path.touch()
    assert "has no table `runs`: it is not a store that Flyte 2 wrote" in complaint(path)


def test_it_says_that_the_table_is_another(tmp_path: Path) -> None:
    path = tmp_path / "mlflow.db"
    with writer(path, "CREATE TABLE runs (run_uuid TEXT, status TEXT, start_time REAL)"):
        said = complaint(path)
    assert said.startswith(f"{path} is not a store of Flyte 2: its table `runs` has no column")
    assert "run_name, action_name, parent_id, task_name, error, end_time" in said


def test_it_says_that_the_store_is_damaged(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    assert complaint(path).startswith(f"{path} is damaged: ")


def test_it_takes_a_path_with_the_signs_of_an_address(tmp_path: Path) -> None:
    path = write_store(tmp_path / "a?b#c%41.db", r1=[whole()])
    assert [run.name for run in read(path)] == ["r1"]
