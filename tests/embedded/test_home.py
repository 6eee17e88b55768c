import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from linkhub.embedded.errors import CannotStart
from linkhub.embedded.home import kept_secret, open_home, write_private


def test_it_makes_the_folder(tmp_path: Path) -> None:
    assert open_home(tmp_path / "a" / "b").logs.is_dir()


def test_it_says_that_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotStart, match="is not a folder"):
        open_home(tmp_path / "file")


def test_it_says_that_a_folder_cannot_be_written() -> None:
    with pytest.raises(CannotStart, match="/proc/linkhub cannot be"):
        open_home(Path("/proc/linkhub"))  # closed to root as well


def test_it_keeps_secrets_to_their_owner(tmp_path: Path) -> None:
    write_private(tmp_path / "x", "secret")
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["x"]


def test_it_makes_one_secret_however_many_ask_first(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        secrets = set(threads.map(kept_secret, [tmp_path / "key"] * 8))
    assert secrets == {kept_secret(tmp_path / "key")}
