"""Writes that are not delivered yet, as files, so that they outlive the process.

One file a write, made under another name and then renamed: a file that is there is whole, and
any number of processes may use one folder. Names sort by time. Sending one twice is harmless,
because every write carries its stamp. What is in the files is what was recorded, never a token.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import time
from typing import Any

from linkhub_client.problems import warn

Record = dict[str, Any]
ENDING = ".json"
UNFINISHED = ".part"
REFUSED = "refused"
# An unfinished file is its writer's for so long; then the writer has died.
UNFINISHED_SECONDS = 3600
# The size of the folder is counted anew after so many writes of this process.
COUNT_EVERY = 64


class Spool:
    """A folder for one server: what is meant for one is never sent to another."""

    def __init__(self, folder: str, url: str, limit: int) -> None:
        import hashlib  # here, for the sake of import time

        self.folder = os.path.join(folder, hashlib.sha256(url.encode()).hexdigest()[:16])
        self.limit = limit
        self._numbers = itertools.count()
        self._made = False
        self._free = 0
        self._until_count = 0

    def add(self, stamp: int, record: Record) -> str:
        """Store a write and return its name; raises OSError where the folder takes nothing."""
        if not self._made:
            os.makedirs(self.folder, mode=0o700, exist_ok=True)
            self._made = True
        name = f"{stamp:020}-{_host()}-{os.getpid()}-{next(self._numbers)}"
        data = json.dumps(record).encode()
        path = os.path.join(self.folder, name)
        descriptor = os.open(path + UNFINISHED, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
            os.replace(path + UNFINISHED, path + ENDING)
        except OSError:
            self._delete(name + UNFINISHED)
            raise
        self._keep_within_limit(len(data))
        return name + ENDING

    def names(self) -> list[str]:
        """What waits, the oldest first: this process's and that of others."""
        try:
            return sorted(each for each in os.listdir(self.folder) if each.endswith(ENDING))
        except OSError:
            return []

    def left(self, older_than: float) -> list[str]:
        """What others have left: older than so many seconds, so that its writer had its time."""
        until = f"{int((time.time() - older_than) * 1_000_000):020}"
        return [each for each in self.names() if each < until]

    def read(self, name: str) -> Record:
        """Raises KeyError where it has gone meanwhile, delivered or dropped.

        A file that is no JSON was cut short when the machine, not the process, went down.
        """
        try:
            with open(os.path.join(self.folder, name), "rb") as file:
                record = json.loads(file.read())
        except OSError:
            raise KeyError(name) from None
        except ValueError:
            record = None
        if not isinstance(record, dict) or not {"method", "path", "body"} <= record.keys():
            warn("A damaged file in the spool was removed: %s", name)
            self._delete(name)
            raise KeyError(name)
        return record

    def remove(self, name: str) -> None:
        self._delete(name)

    def set_aside(self, name: str) -> None:
        """Keep what the server has refused: `linkhub push --spooled` tries it again."""
        folder = os.path.join(self.folder, REFUSED)
        os.makedirs(folder, mode=0o700, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            os.replace(os.path.join(self.folder, name), os.path.join(folder, name))

    def take_back(self) -> int:
        """What was refused waits again; returns how much that is."""
        folder = os.path.join(self.folder, REFUSED)
        names = os.listdir(folder) if os.path.isdir(folder) else []
        for name in names:
            os.replace(os.path.join(folder, name), os.path.join(self.folder, name))
        return len(names)

    def _keep_within_limit(self, size: int) -> None:
        """Drop the oldest, and say so, until the folder is within its limit."""
        self._free -= size
        self._until_count -= 1
        if self._free > 0 and self._until_count > 0:
            return
        files = sorted(self._files())
        total = sum(bytes_ for _, _, bytes_ in files)
        dropped = 0
        while total > self.limit and len(files) > 1:
            _, path, bytes_ = files.pop(0)
            self._delete(path)
            total -= bytes_
            dropped += 1
        if dropped:
            warn("The spool %s is full: %d of the oldest writes were dropped", self.folder, dropped)
        self._free = (self.limit - total) // 4
        self._until_count = COUNT_EVERY

    def _files(self) -> list[tuple[str, str, int]]:
        """Name, path below the folder and size of each; what the dead left unfinished goes."""
        found = []
        for below in ("", REFUSED):
            try:
                entries = list(os.scandir(os.path.join(self.folder, below)))
            except OSError:
                continue
            for entry in entries:
                try:
                    status = entry.stat()
                except OSError:
                    continue
                path = os.path.join(below, entry.name)
                if entry.is_dir():
                    continue
                if entry.name.endswith(ENDING):
                    found.append((entry.name, path, status.st_size))
                elif status.st_mtime < time.time() - UNFINISHED_SECONDS:
                    self._delete(path)
        return found

    def _delete(self, path: str) -> None:
        with contextlib.suppress(FileNotFoundError):  # another process delivered or dropped it
            os.unlink(os.path.join(self.folder, path))


def _host() -> str:
    """Several machines may share a folder; process ids are only their own."""
    import socket  # here, for the sake of import time

    return "".join(each if each.isalnum() else "_" for each in socket.gethostname())[:40]
