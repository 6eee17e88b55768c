import subprocess
import sys
from pathlib import Path

import pytest

from linkhub.embedded import environment

FACTS = {"DATABASE_URL": "postgresql://a:b'c d@/x?host=/run&y=1", "SECRET_KEY": '$(no) "shell"'}


def test_it_reads_what_serve_left(tmp_path: Path) -> None:
    (tmp_path / "env").write_text(environment.text(FACTS))
    assert environment.load(tmp_path) == FACTS


def test_it_is_readable_by_a_shell(tmp_path: Path) -> None:
    (tmp_path / "env").write_text(environment.text(FACTS))
    script = '. "$1/env"; printf %s "$DATABASE_URL"'
    shown = subprocess.run(["sh", "-c", script, "sh", tmp_path], capture_output=True, check=True)
    assert shown.stdout.decode() == FACTS["DATABASE_URL"]


def test_it_knows_nothing_of_a_folder_that_was_never_used(tmp_path: Path) -> None:
    assert environment.load(tmp_path / "absent") == {}


def test_it_lets_serve_load_the_settings_before_the_first_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["manage.py", "serve"])
    assert environment.load(tmp_path) == environment.BEFORE_FIRST_START


def test_it_tells_what_the_user_set_from_what_serve_left(tmp_path: Path) -> None:
    (tmp_path / "env").write_text(environment.text({"DATABASE_URL": "ours"}))
    assert environment.given("DATABASE_URL", tmp_path, {"DATABASE_URL": "ours"}) is None
    assert environment.given("DATABASE_URL", tmp_path, {"DATABASE_URL": "theirs"}) == "theirs"
    assert environment.given("REDIS_URL", tmp_path, {}) is None
