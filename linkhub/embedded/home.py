"""LINKHUB_HOME: the folder that holds everything the embedded mode keeps."""

from __future__ import annotations

import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

from linkhub.embedded import failures
from linkhub.embedded.errors import CannotStart


@dataclass(frozen=True)
class Home:
    """The names of what lies in the folder `path`, which exists and can be written."""

    path: Path

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def servers(self) -> Path:
        """Data of the servers: a folder, or a link to one that their account can reach."""
        return self.path / "servers"

    def lock(self, name: str) -> Path:
        return self.path / f"{name}.lock"


def open_home(path: Path) -> Home:
    """Make the folder where it is missing, and see that it can be written."""
    home = Home(path.absolute())
    try:
        # Root's servers run as another account, which has to pass through; files are 0600.
        home.path.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
        home.logs.mkdir(mode=0o700, exist_ok=True)
        with tempfile.TemporaryFile(dir=home.path):
            return home
    except OSError as error:
        raise CannotStart(failures.of_system(error, home.path)) from error


def write_private(path: Path, text: str) -> None:
    """Replace `path` as a whole, readable by its owner alone."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise CannotStart(failures.of_system(error, path.parent)) from error


def kept_secret(path: Path) -> str:
    """The random text in `path`, made on first use; two first users agree on one."""
    if not path.exists():
        fresh = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
        write_private(fresh, secrets.token_urlsafe(48))
        try:
            path.hardlink_to(fresh)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text(encoding="utf-8").strip()
