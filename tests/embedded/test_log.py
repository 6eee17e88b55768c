from pathlib import Path

import pytest

from linkhub.embedded.serving import log


def test_it_keeps_one_predecessor_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "LARGEST_LOG", 4)
    one = log.Log(tmp_path / "x.log")
    for line in (b"one", b"two", b"three"):
        one.write(line)
    one.close()
    kept = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert kept == {"x.log": b"three", "x.log.1": b"two"}


def test_it_goes_on_in_the_same_file(tmp_path: Path) -> None:
    for line in (b"one\n", b"two\n"):
        one = log.Log(tmp_path / "x.log")
        one.write(line)
        one.close()
    assert (tmp_path / "x.log").read_bytes() == b"one\ntwo\n"
