import runpy
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "venv.py"
FILES = ("requirements.txt", "requirements-dev.txt", "constraints.txt")


@pytest.fixture
def script(tmp_path: Path) -> dict[str, Any]:
    """The script's functions, on requirements of the test's own and with no pip."""
    functions = runpy.run_path(str(SCRIPT))
    variables = functions["stamp"].__globals__
    for name in FILES:
        (tmp_path / name).write_text("one==1\n")
    (tmp_path / "venv").mkdir()
    variables |= {"ROOT": tmp_path, "runs": lambda venv: True}
    return variables


def test_it_is_content_with_the_larger_set(script: dict[str, Any], tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    assert not script["is_current"](venv, "requirements.txt")
    script["stamp"](venv, "requirements-dev.txt").touch()
    assert script["is_current"](venv, "requirements.txt")


def test_it_is_not_content_with_the_smaller_set(script: dict[str, Any], tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    script["stamp"](venv, "requirements.txt").touch()
    assert not script["is_current"](venv, "requirements-dev.txt")


@pytest.mark.parametrize("file", FILES)
def test_it_sees_every_change(script: dict[str, Any], tmp_path: Path, file: str) -> None:
    before = script["stamp"](tmp_path / "venv", "requirements-dev.txt")
    (tmp_path / file).write_text("one==2\n")
    assert script["stamp"](tmp_path / "venv", "requirements-dev.txt") != before


def test_it_does_not_trust_an_environment_that_was_moved(
    script: dict[str, Any], tmp_path: Path
) -> None:
    names = {script["stamp"](tmp_path / name, "requirements.txt").name for name in ("a", "b")}
    assert len(names) == 2
