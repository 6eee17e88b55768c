"""Months of an archive: what is added is there as a whole, or not at all."""

from __future__ import annotations

import gzip
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from linkhub.runs.keeping import files

MONTH = datetime(2026, 1, 5, tzinfo=UTC)


def test_it_adds_to_what_is_there(tmp_path: Path) -> None:
    path = files.month_file(tmp_path, "a/b", MONTH)
    files.append(path, [b"1\n", b"2\n"])
    files.append(path, [b"3\n"])
    assert path == tmp_path / "a~2Fb" / "2026-01.jsonl.gz"
    assert list(files.read(path)) == [b"1\n", b"2\n", b"3\n"]
    assert gzip.decompress(path.read_bytes()) == b"1\n2\n3\n"


@pytest.mark.parametrize("name", [".", "..", "../../etc", "/etc"])
def test_a_project_stays_in_the_archive(tmp_path: Path, name: str) -> None:
    path = files.month_file(tmp_path, name, MONTH)
    assert path.resolve().parent.parent == tmp_path.resolve()


def test_a_name_that_is_no_folders_is_refused(tmp_path: Path) -> None:
    with pytest.raises(files.CannotArchive, match="too long"):
        files.month_file(tmp_path, "ä" * 200, MONTH)


def test_what_reads_back_otherwise_is_no_archive(tmp_path: Path, monkeypatch) -> None:
    path = files.month_file(tmp_path, "p", MONTH)
    files.append(path, [b"1\n"])
    monkeypatch.setattr(gzip.GzipFile, "readline", lambda _: b"other\n")
    with pytest.raises(files.CannotArchive, match="reads back"):
        files.append(path, [b"2\n"])
    assert gzip.decompress(path.read_bytes()) == b"1\n"


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch) -> None:
    path = files.month_file(tmp_path, "p", MONTH)
    files.append(path, [b"1\n"])

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", full)
    with pytest.raises(files.CannotArchive, match="No space left"):
        files.append(path, [b"2\n"])
    assert list(files.read(path)) == [b"1\n"]
