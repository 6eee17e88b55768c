import shutil
import stat
from pathlib import Path

import pytest

from linkhub.embedded.errors import CannotStart
from linkhub.embedded.home import open_home
from linkhub.embedded.place import LONGEST_SOCKET_FOLDER, open_place
from tests.embedded.conftest import needs_root


def test_it_keeps_the_servers_files_private(folder: Path) -> None:
    place = open_place(open_home(folder / "home"))
    assert place.directory == folder / "home" / "servers"
    for path in (place.directory, place.sockets):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
        assert path.stat().st_uid == place.account.uid


def test_it_finds_a_short_folder_for_the_sockets_of_a_deep_home(folder: Path) -> None:
    home = open_home(folder / ("deep" * 40))
    place = open_place(home)
    assert len(str(place.sockets)) <= LONGEST_SOCKET_FOLDER
    assert open_place(home) == place
    place.sockets.rmdir()


def test_it_does_not_trust_a_socket_folder_that_was_replaced(folder: Path) -> None:
    home = open_home(folder / ("deep" * 40))
    first = open_place(home).sockets
    first.rmdir()
    first.mkdir(mode=0o755)
    second = open_place(home).sockets
    assert second != first
    first.rmdir()
    second.rmdir()


@needs_root
def test_it_goes_outside_where_the_account_cannot_reach_the_home(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    place = open_place(open_home(closed / "home"), outside=folder / "outside")
    assert place.directory.parent == folder / "outside"
    assert (closed / "home" / "servers").resolve() == place.directory
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@needs_root
def test_it_says_where_lost_data_was(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    home = open_home(closed / "home")
    open_place(home, outside=folder / "outside")
    shutil.rmtree(folder / "outside")
    with pytest.raises(CannotStart, match="which is gone"):
        open_place(home)
