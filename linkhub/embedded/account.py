"""As whom the servers run: PostgreSQL refuses root, so root lends them another account."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from linkhub.embedded.errors import CannotStart


class Credentials(TypedDict, total=False):
    """The keywords of `subprocess.Popen` that change the user of a child."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """A user id and group id that servers run as and that owns their files."""

    uid: int
    gid: int

    @property
    def is_own(self) -> bool:
        return self.uid == os.geteuid()

    @property
    def credentials(self) -> Credentials:
        if self.is_own:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def give(self, path: Path) -> None:
        """Make the account the owner of `path`, which the caller just made."""
        if not self.is_own:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def reaches(self, directory: Path) -> bool:
        """Whether the account may pass through `directory` and every folder above it."""
        if self.is_own:
            return os.access(directory, os.X_OK)
        test = ["/bin/sh", "-c", 'test -x "$1"', "sh", str(directory)]
        return subprocess.run(test, cwd="/", check=False, **self.credentials).returncode == 0  # noqa: S603


def server_account(folder: Path) -> Account:
    """The caller; for root the folder's owner, or `nobody` where that is root as well."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    owner = folder.stat().st_uid
    try:
        entry = pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")
    except KeyError as error:
        raise CannotStart(
            "As root, the embedded PostgreSQL runs as the account `nobody`, which this machine"
            " does not have: start LinkHub as another user."
        ) from error
    return Account(entry.pw_uid, entry.pw_gid)
