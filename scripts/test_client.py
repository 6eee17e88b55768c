"""Run the client's tests on every Python 3.9 to 3.14 that is on this machine, and with flytekit.

    python scripts/test_client.py FOLDER

An interpreter is found as `python3.X` on the path, or among pyenv's. Each gets a virtual
environment in FOLDER, without anything of LinkHub. Prints a line for each, and which are absent.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
MINORS = range(9, 15)
# Those of the tests that need nothing but the client.
TESTS = ("identity", "spool", "outbox", "recording", "transport", "secret", "wrapping", "wandb_ids")
NEEDS = ("pytest", "pytest-httpserver")
FLYTEKIT = ("flytekit==1.16.31", "wandb==0.31.0")


def main(folder: Path) -> int:
    failed = 0
    for minor in MINORS:
        interpreter = find(minor)
        if interpreter is None:
            say(f"3.{minor}: not on this machine")
            continue
        outcome = test(environment(folder, f"3.{minor}", interpreter, NEEDS))
        failed += outcome != 0
        say(f"3.{minor}: {'failed' if outcome else 'passed'}")
    failed += check_flytekit(folder)
    return 1 if failed else 0


def check_flytekit(folder: Path) -> bool:
    """Whether tasks of Flyte 1 fail; its packages do not go together with those of LinkHub."""
    python = environment(folder, "flytekit", Path(sys.executable), FLYTEKIT)
    scripts = ROOT / "tests" / "client" / "scripts"
    paths = os.pathsep.join(map(str, (ROOT / "client" / "src", scripts)))
    code = "from flytekit_tasks import check; check()"
    failed = run(python, "-c", code, **os.environ | {"PYTHONPATH": paths}) != 0
    say(f"flytekit: {'failed' if failed else 'passed'}")
    return failed


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def find(minor: int) -> Path | None:
    """The newest of pyenv's, else the one on the path, if it starts."""
    versions = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"
    found = [*sorted(versions.glob(f"3.{minor}.*/bin/python"), reverse=True)]
    if on_path := shutil.which(f"python3.{minor}"):
        found.append(Path(on_path))
    for each in found:
        if run(each, "--version", quiet=True) == 0:
            return each
    return None


def environment(folder: Path, name: str, interpreter: Path, needs: Sequence[str]) -> Path:
    """The Python of a virtual environment that has `needs`."""
    place = folder / name
    python = place / "bin" / "python"
    if not (place / "ready").exists():
        made = run(interpreter, "-m", "venv", place) or run(
            python, "-m", "pip", "install", "-q", *needs
        )
        if made != 0:
            raise SystemExit(f"{place} could not be made")
        (place / "ready").touch()
    return python


def test(python: Path) -> int:
    """pytest's exit code, apart from LinkHub's own configuration of it."""
    files = [str(ROOT / "tests" / "client" / f"test_{name}.py") for name in TESTS]
    options = (
        "-q",
        "--show-capture=no",
        "-p",
        "no:cacheprovider",
        "-c",
        os.devnull,
        "--rootdir",
        str(ROOT),
    )
    cut = ("--confcutdir", str(ROOT / "tests" / "client"), "-W", "error")
    given = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "client" / "src")])}
    return run(python, "-m", "pytest", *options, *cut, *files, **given)


def run(program: Path, *arguments: str | Path, quiet: bool = False, **variables: str) -> int:
    """The exit code."""
    return subprocess.run(  # noqa: S603 (interpreters of this machine)
        [program, *arguments],
        check=False,
        cwd=ROOT,
        env=variables or None,
        capture_output=quiet,
    ).returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
