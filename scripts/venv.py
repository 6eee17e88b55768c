"""Make or update the virtual environment, so that it holds what a requirements file says.

    python3 scripts/venv.py .venv requirements.txt

Nothing is done where a stamp shows that the files, with this content, are installed. Any number
may run at once: one works, the others wait. Needs nothing but Python's own library.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent
# What each file takes in; who has the larger set has the smaller one.
INCLUDED = {
    "requirements.txt": ["requirements.txt", "constraints.txt"],
    "requirements-dev.txt": ["requirements-dev.txt", "requirements.txt", "constraints.txt"],
}


def main() -> None:
    venv, wanted = Path(sys.argv[1]).absolute(), sys.argv[2]
    with alone():
        if not is_current(venv, wanted):
            ensure(venv, wanted)


@contextmanager
def alone() -> Iterator[None]:
    """Hold a lock on the repository's folder itself, which no removal of `.venv` touches."""
    descriptor = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def is_current(venv: Path, wanted: str) -> bool:
    enough = (name for name, files in INCLUDED.items() if wanted in files)
    return any(stamp(venv, name).exists() for name in enough) and runs(venv)


def stamp(venv: Path, name: str) -> Path:
    """A file whose name changes with the content of all files that `name` takes in."""
    digest = hashlib.sha256(str(venv).encode())  # an environment does not survive being moved
    for file in INCLUDED[name]:
        digest.update((ROOT / file).read_bytes())
    return venv / f".{name}-{digest.hexdigest()[:16]}.installed"


def runs(venv: Path) -> bool:
    """False also where the Python that the environment was made with is gone."""
    python = venv / "bin" / "python"
    if not os.access(python, os.X_OK):
        return False
    test = "import pip, sys; sys.exit(sys.version_info < (3, 11))"
    found = subprocess.run([python, "-c", test], stderr=subprocess.DEVNULL)  # noqa: S603
    return found.returncode == 0


def ensure(venv: Path, wanted: str) -> None:
    if not runs(venv):
        say(f"Making the virtual environment {venv.name}")
        must([sys.executable, "-m", "venv", "--clear", str(venv)])
    for old in venv.glob(".*.installed"):
        old.unlink()  # an interrupted installation must not look finished
    say(f"Installing {wanted}")
    pip = [str(venv / "bin" / "python"), "-m", "pip", "-qq", "--disable-pip-version-check"]
    must([*pip, "install", "--root-user-action=ignore", "-r", str(ROOT / wanted)])
    stamp(venv, wanted).touch()


def must(command: list[str]) -> None:
    """The program's own words are on the console by the time it fails."""
    if subprocess.run(command, stdin=subprocess.DEVNULL).returncode:  # noqa: S603
        sys.exit("The virtual environment could not be made ready: see above.")


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
