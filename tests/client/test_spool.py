"""Files that outlive their process."""

from __future__ import annotations

import json
import logging
import os
import time
from pathlib import Path

import pytest
from linkhub_client.spool import REFUSED, UNFINISHED_SECONDS, Spool


def make_spool(folder: Path, *, limit: int = 1_000_000, url: str = "http://hub") -> Spool:
    return Spool(str(folder), url, limit)


def record(number: int, size: int = 0) -> dict[str, object]:
    return {"method": "PUT", "path": f"/{number}", "body": {"text": "x" * size}}


def test_it_keeps_order_and_content(tmp_path: Path) -> None:
    spool = make_spool(tmp_path)
    for number in (3, 1, 2):
        spool.add(number, record(number))
    assert [spool.read(name)["path"] for name in spool.names()] == ["/1", "/2", "/3"]


def test_it_keeps_servers_apart(tmp_path: Path) -> None:
    make_spool(tmp_path).add(1, record(1))
    assert make_spool(tmp_path, url="http://other").names() == []


def test_it_is_for_its_user_alone(tmp_path: Path) -> None:
    spool = make_spool(tmp_path / "spool")
    name = spool.add(1, record(1))
    assert os.stat(spool.folder).st_mode & 0o077 == 0
    assert os.stat(os.path.join(spool.folder, name)).st_mode & 0o077 == 0


def test_it_drops_the_oldest_and_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    spool = make_spool(tmp_path, limit=10_000)
    for number in range(40):
        spool.add(number, record(number, 900))
    kept = [spool.read(name)["path"] for name in spool.names()]
    assert "/39" in kept
    assert "/0" not in kept
    assert sum(path.stat().st_size for path in tmp_path.glob("*/*")) <= 14_000
    assert "oldest writes were dropped" in caplog.text


def test_it_shows_nothing_that_is_unfinished(tmp_path: Path) -> None:
    spool = make_spool(tmp_path)
    spool.add(1, record(1))
    Path(spool.folder, "0002-host-1-1.part").write_text('{"method": "PU')
    assert len(spool.names()) == 1


def test_it_clears_away_what_a_dead_writer_left_unfinished(tmp_path: Path) -> None:
    spool = make_spool(tmp_path)
    spool.add(1, record(1))
    left = Path(spool.folder, "0002-host-1-1.part")
    left.touch()
    os.utime(left, times=(0, time.time() - UNFINISHED_SECONDS - 1))
    make_spool(tmp_path).add(3, record(3))
    assert not left.exists()


@pytest.mark.parametrize("content", ["", '{"method": "P', "[]", '{"method": "PUT"}'])
def test_it_removes_what_is_damaged(
    tmp_path: Path, content: str, caplog: pytest.LogCaptureFixture
) -> None:
    spool = make_spool(tmp_path)
    name = spool.add(1, record(1))
    Path(spool.folder, name).write_text(content)
    with pytest.raises(KeyError):
        spool.read(name)
    assert spool.names() == []
    assert "damaged" in caplog.text


def test_it_bears_another_process_taking_a_file(tmp_path: Path) -> None:
    spool = make_spool(tmp_path)
    name = spool.add(1, record(1))
    os.unlink(os.path.join(spool.folder, name))
    with pytest.raises(KeyError):
        spool.read(name)
    spool.remove(name)
    spool.set_aside(name)


def test_it_takes_back_what_was_refused(tmp_path: Path) -> None:
    spool = make_spool(tmp_path)
    spool.set_aside(spool.add(1, record(1)))
    assert spool.names() == []
    assert len(os.listdir(os.path.join(spool.folder, REFUSED))) == 1
    assert spool.take_back() == 1
    assert len(spool.names()) == 1


def test_it_tells_what_others_left_by_age(tmp_path: Path) -> None:
    spool = make_spool(tmp_path)
    old = spool.add(1, record(1))
    spool.add(time.time_ns() // 1000, record(2))
    assert spool.left(30) == [old]


def test_it_writes_no_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("LINKHUB_TOKEN", "lh_secret")
    caplog.set_level(logging.DEBUG)
    spool = make_spool(tmp_path)
    name = spool.add(1, record(1))
    assert "lh_secret" not in Path(spool.folder, name).read_text() + caplog.text
    assert json.loads(Path(spool.folder, name).read_text()) == record(1)
