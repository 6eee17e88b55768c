"""A log file that never grows beyond its bounds: it and its predecessor."""

from __future__ import annotations

from pathlib import Path

from linkhub.embedded.spawning import LARGEST_LOG


class Log:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = path.open("ab", buffering=0)

    def write(self, data: bytes) -> None:
        if self.file.tell() + len(data) > LARGEST_LOG:
            self.file.close()
            self.path.replace(self.path.with_suffix(".log.1"))
            self.file = self.path.open("ab", buffering=0)
        self.file.write(data)

    def close(self) -> None:
        self.file.close()
