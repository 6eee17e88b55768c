"""An archive: a folder a project, in it a file a month, of compressed JSON lines.

    <archive>/<project>/2026-01.jsonl.gz

The month is that of the runs' creation. What is added goes behind a copy of the file, as a part
that `gzip` reads on with; the copy takes the file's name once it has been read back and is on disk.
So a crash leaves the old file or the new one, and perhaps a `.part` that nobody reads.
"""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from linkhub.lib.names import to_segment

SUFFIX = ".jsonl.gz"
# The length of a file's name on usual file systems, in bytes.
LONGEST = 255


class CannotArchive(Exception):
    """What was to be archived could not be written or read back; nothing of that may be deleted.

    `gone` other runs were removed in the same round.
    """

    gone = 0


def month_file(archive: Path, project: str, created: datetime) -> Path:
    return archive / folder_name(project) / f"{created:%Y-%m}{SUFFIX}"


def folder_name(project: str) -> str:
    """The project's segment in addresses. Raises CannotArchive where that is no folder's name."""
    name = to_segment(project)
    if len(os.fsencode(name)) > LONGEST:
        raise CannotArchive(f"The name of the project {project} is too long for a folder.")
    return name


def append(path: Path, lines: Sequence[bytes]) -> None:
    """Add lines to a month's file. Raises CannotArchive, and then the file is as it was."""
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("w+b") as file:
            begin = _copy(path, file)
            with gzip.GzipFile(fileobj=file, mode="wb", filename="") as packed:
                packed.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
            _verify(file, begin, lines)
        part.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise CannotArchive(f"{path} could not be written: {error.strerror or error}.") from error


def read(path: Path) -> Iterator[bytes]:
    """The file's lines."""
    with gzip.open(path) as file:
        yield from file


def _copy(path: Path, file: BinaryIO) -> int:
    """Copy the file of this name, if there is one; return how long it is."""
    if path.exists():
        with path.open("rb") as old:
            shutil.copyfileobj(old, file, 1024 * 1024)
    return file.tell()


def _verify(file: BinaryIO, begin: int, lines: Iterable[bytes]) -> None:
    """Whether what stands from `begin` on is what was to be written."""
    file.seek(begin)
    with gzip.GzipFile(fileobj=file) as packed:
        for line in lines:
            if packed.readline() != line:
                raise OSError("what was written reads back as something else")
        if packed.read(1):
            raise OSError("what was written reads back with something after it")


def _sync_folder(folder: Path) -> None:
    """A rename is on disk once its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
