import subprocess
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "scripts" / "find-python"


def find(folder: Path, *bodies: str) -> "subprocess.CompletedProcess[str]":
    """Ask for the first of some false Pythons, each a shell script."""
    names = []
    for number, body in enumerate(bodies):
        path = folder / f"python{number}"
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)
        names.append(str(path))
    environ = {"PATH": "/usr/bin:/bin", "PYTHON": " ".join(names) or "absent"}
    return subprocess.run([SCRIPT], env=environ, capture_output=True, text=True)


def test_it_takes_the_first_that_can_make_environments(tmp_path: Path) -> None:
    no_venv = 'case "$2" in *ensurepip*) exit 1;; esac'
    found = find(tmp_path, "exit 1", no_venv, "exit 0")
    assert found.stdout.strip() == str(tmp_path / "python2")


def test_it_says_that_no_python_is_new_enough(tmp_path: Path) -> None:
    found = find(tmp_path, "exit 1")
    assert found.returncode == 1
    assert found.stderr.startswith("LinkHub needs Python 3.11 or later, and none was found")


def test_it_says_that_the_venv_module_is_missing(tmp_path: Path) -> None:
    found = find(tmp_path, 'case "$2" in *ensurepip*) exit 1;; esac')
    assert found.returncode == 1
    assert "install its venv module" in found.stderr
