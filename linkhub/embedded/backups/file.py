"""A backup's file: a tar of what it is (`backup.json`) and PostgreSQL's own dump.

It holds everything that the database does, digests of passwords and tokens too: its owner alone
may read it. Not in it: Redis, whose messages are only nudges, and `secret_key`, so that a stolen
backup signs nothing.
"""

from __future__ import annotations

import io
import json
import os
import tarfile
from dataclasses import asdict, dataclass
from pathlib import Path

from linkhub.embedded.errors import CannotStart

FORMAT = 1
FACTS = "backup.json"
DUMP = "database.dump"


class CannotBackUp(CannotStart):
    """One sentence for whoever backs up or restores."""


@dataclass(frozen=True)
class Facts:
    """What a backup holds: applied migrations as `app.name`, rows by table, all of one moment."""

    made_at: str
    version: str
    postgres: str
    migrations: list[str]
    rows: dict[str, int]
    format: int = FORMAT


def write(path: Path, facts: Facts, dump: Path) -> None:
    """Put both into `path`, under another name until it is on disk as a whole."""
    part = path.with_name(f".{path.name}.part")
    try:
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "wb") as file:
            with tarfile.open(fileobj=file, mode="w") as tar:
                text = json.dumps(asdict(facts), indent=1).encode()
                entry = tarfile.TarInfo(FACTS)
                entry.size = len(text)
                tar.addfile(entry, io.BytesIO(text))
                tar.add(dump, DUMP, filter=_anonymous)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise CannotBackUp(f"{path} cannot be written: {error.strerror or error}.") from error


def read(path: Path, dump: Path) -> Facts:
    """Read what it is, and put its dump at `dump`. Raises CannotBackUp."""
    try:
        with tarfile.open(path) as tar:
            facts = json.load(_member(tar, FACTS))
            if facts.get("format") != FORMAT:
                raise CannotBackUp(f"{path} was made by a newer LinkHub: update this one first.")
            with dump.open("wb") as file:
                source = _member(tar, DUMP)
                while chunk := source.read(1024 * 1024):
                    file.write(chunk)
            return Facts(**facts)
    except (OSError, tarfile.TarError, KeyError, ValueError, TypeError) as error:
        raise CannotBackUp(f"{path} is no backup that can be read: {error}.") from error


def _member(tar: tarfile.TarFile, name: str) -> io.BufferedReader:
    found = tar.extractfile(name)
    if found is None:
        raise KeyError(name)
    return found  # type: ignore[return-value] # typeshed's IO[bytes]


def _anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode = 0o600
    return entry
