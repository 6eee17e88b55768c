"""Where the servers keep their files: in LINKHUB_HOME, or beside it where it must be."""

from __future__ import annotations

import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

from linkhub.embedded import failures
from linkhub.embedded.account import Account, server_account
from linkhub.embedded.errors import CannotStart
from linkhub.embedded.home import Home
from linkhub.embedded.locks import exclusive

# A home of root's (such as one below /root) is closed to the servers' account, and opening its
# parents would change folders that are not ours.
OUTSIDE = Path("/var/lib/linkhub")
# The address of a Unix socket has 108 bytes on Linux, 104 on macOS, with the final NUL; the
# longest name in the folder is `/.s.PGSQL.5432`.
LONGEST_SOCKET_FOLDER = 104 - 1 - len("/.s.PGSQL.5432")


@dataclass(frozen=True)
class Place:
    """Everything that starting a server needs to know about the machine."""

    home: Home
    account: Account
    directory: Path
    """Owned by `account`, 0700, and reachable by it."""
    sockets: Path
    """Owned by `account`, 0700, and short enough for a socket's address."""


def open_place(home: Home, outside: Path = OUTSIDE) -> Place:
    """Find the servers' place, making it on first use."""
    with exclusive(home.lock("place")):
        try:
            directory, account = _directory(home, outside)
            return Place(home, account, directory, _sockets(directory, account))
        except OSError as error:
            raise CannotStart(failures.of_system(error, error.filename or home.path)) from error


def make_folder(path: Path, account: Account) -> None:
    path.mkdir(mode=0o700)
    account.give(path)


def _directory(home: Home, outside: Path) -> tuple[Path, Account]:
    if home.servers.is_symlink() or home.servers.exists():
        return _known(home)
    account = server_account(home.path)
    directory = home.servers
    if not account.reaches(home.path):
        outside.mkdir(mode=0o755, parents=True, exist_ok=True)
        directory = outside / secrets.token_hex(8)
    make_folder(directory, account)
    if directory != home.servers:
        home.servers.symlink_to(directory)
    return directory.resolve(), account


def _known(home: Home) -> tuple[Path, Account]:
    directory = home.servers.resolve()
    if not directory.is_dir():
        raise CannotStart(
            f"The data of {home.path} was kept in {directory}, which is gone: bring it back, or"
            " choose another LINKHUB_HOME."
        )
    account = server_account(directory)
    if account.uid != directory.stat().st_uid or not account.reaches(directory):
        raise CannotStart(
            f"{directory} belongs to another account (user id {directory.stat().st_uid}): start"
            " LinkHub as the user that made it, or choose another LINKHUB_HOME."
        )
    return directory, account


def _sockets(directory: Path, account: Account) -> Path:
    """`run` in the servers' folder, or a link there to a short private folder."""
    link = directory / "run"
    if not link.is_symlink() and len(os.fsencode(link)) <= LONGEST_SOCKET_FOLDER:
        if not link.exists():
            make_folder(link, account)
        return link
    if link.is_symlink() and _is_private(known := Path(os.readlink(link)), account):
        return known
    short = _short_folder()
    account.give(short)
    link.unlink(missing_ok=True)
    link.symlink_to(short)
    return short


def _short_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="linkhub-"))
    if len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER:
        return folder
    folder.rmdir()
    return Path(tempfile.mkdtemp(prefix="linkhub-", dir="/tmp"))


def _is_private(folder: Path, account: Account) -> bool:
    """A folder for temporary files is everybody's: trust only what is still as it was made."""
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return False
    return folder.is_dir() and found.st_uid == account.uid and found.st_mode & 0o7777 == 0o700
