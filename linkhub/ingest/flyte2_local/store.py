"""Reading Flyte's local store: an SQLite file with one row per action in the table `runs`.

Flyte may be writing while we read, without write-ahead logging: a reader that held its lock would
make Flyte's own writes fail. So every read is one short statement, a run's rows at a time.
"""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

REQUIRED = (
    "action_name",
    "parent_id",
    "task_name",
    "status",
    "error",
    "start_time",
    "end_time",
)
# Older Flytes wrote stores without them.
LATER = ("cache_hit", "context", "log_links", "attempts_json")
MAGIC = b"SQLite format 3\x00"
NAMES = """
SELECT DISTINCT run_name FROM runs
WHERE typeof(run_name) = 'text' AND run_name > CAST(? AS TEXT) ORDER BY run_name LIMIT 500
"""
BUSY_SECONDS = 15.0

Value = str | int | float | None


class StoreError(Exception):
    """The store cannot be read; the message is one sentence that names the file."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of `runs`: what SQLite held, text decoded, JSON not yet read."""

    action_name: Value
    parent_id: Value
    task_name: Value
    status: Value
    error: Value
    start_time: Value
    end_time: Value
    cache_hit: Value = None
    context: Value = None
    log_links: Value = None
    attempts_json: Value = None


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run's rows, in the order in which they started."""

    name: str
    rows: tuple[Row, ...]


class LocalStore:
    """An open store. Raises StoreError, from opening as from every read."""

    def __init__(self, path: Path, *, busy_seconds: float = BUSY_SECONDS) -> None:
        self.path = path
        self._busy_seconds = busy_seconds
        _check_file(path)
        try:
            # Read-only: never a journal, a lock or a table of ours in somebody else's store.
            uri = f"{path.resolve().as_uri()}?mode=ro"
            self._connection = sqlite3.connect(
                uri, uri=True, timeout=busy_seconds, isolation_level=None
            )
        except sqlite3.Error as error:
            raise StoreError(self._explain(error)) from error
        # Bytes that are not UTF-8 must not end the import.
        self._connection.text_factory = bytes
        try:
            self._columns = self._check_columns()
        except StoreError:
            self._connection.close()
            raise

    def __enter__(self) -> LocalStore:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    @property
    def missing_columns(self) -> tuple[str, ...]:
        """The columns of newer Flytes that this store does not have."""
        return tuple(name for name in LATER if name not in self._columns)

    def runs(self) -> Iterator[StoredRun]:
        """Every run, by name. One run is in memory at a time."""
        for name in self._names():
            rows = self._read(
                # A stored blob never equals a text: the cast makes the bytes a text again.
                f"SELECT {', '.join(self._columns)} FROM runs"  # noqa: S608 (names of ours)
                " WHERE run_name = CAST(? AS TEXT) ORDER BY start_time, action_name",
                name,
            )
            if rows:
                yield StoredRun(_text(name), tuple(map(self._row, rows)))

    def _names(self) -> Iterator[bytes]:
        last = b""
        while names := self._read(NAMES, last):
            yield from (name for (name,) in names)
            [last] = names[-1]

    def _row(self, values: tuple[bytes | int | float | None, ...]) -> Row:
        return Row(
            **{
                name: _text(value) if isinstance(value, bytes) else value
                for name, value in zip(self._columns, values, strict=True)
            }
        )

    def _check_columns(self) -> tuple[str, ...]:
        found = {_text(row[1]) for row in self._read("PRAGMA table_info(runs)")}
        if not found:
            raise StoreError(
                f"{self.path} has no table `runs`: it is not a store that Flyte 2 wrote with"
                " local_persistence=True."
            )
        if missing := [name for name in ("run_name", *REQUIRED) if name not in found]:
            raise StoreError(
                f"{self.path} is not a store of Flyte 2: its table `runs` has no column"
                f" {', '.join(missing)}."
            )
        return (*REQUIRED, *(name for name in LATER if name in found))

    def _read(self, statement: str, *parameters: bytes) -> list[tuple[bytes, ...]]:
        try:
            return self._connection.execute(statement, parameters).fetchall()
        except sqlite3.Error as error:
            raise StoreError(self._explain(error)) from error

    def _explain(self, error: sqlite3.Error) -> str:
        code = getattr(error, "sqlite_errorname", "")
        if code.startswith("SQLITE_BUSY"):
            return (
                f"{self.path} is locked by another program; waited {self._busy_seconds:g} seconds."
            )
        if code == "SQLITE_READONLY_ROLLBACK":
            return (
                f"{self.path} was left in the middle of a write: run something with Flyte, which"
                " puts its store in order, and import again."
            )
        if code.startswith("SQLITE_CORRUPT") or code == "SQLITE_NOTADB":
            return f"{self.path} is damaged: {error}."
        return f"{self.path} cannot be read: {error}."


def _check_file(path: Path) -> None:
    """Say what is wrong with `path` in words that SQLite does not have."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise StoreError(
                f"{path} is a directory: give the store's file, which Flyte keeps in"
                " local-cache/cache.db."
            )
        if not stat.S_ISREG(mode):
            raise StoreError(f"{path} is not a file.")
        with path.open("rb") as file:
            start = file.read(len(MAGIC))
    except FileNotFoundError as error:
        raise StoreError(f"There is no file {path}.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise StoreError(f"{path} cannot be read: {reason}.") from error
    if start and start != MAGIC:
        raise StoreError(f"{path} is not an SQLite database.")


def _text(value: bytes) -> str:
    return value.decode(errors="replace")
