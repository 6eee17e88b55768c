"""`manage.py definitions`: what it prints, and the exit codes that CI goes by."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from linkhub.links.models import LinkDefinition
from tests.factories import make_project
from tests.links.as_code.files import FILE, apply, keys

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "definitions.yaml"
    path.write_text(FILE)
    return path


def run(*arguments: Any) -> str:
    out = io.StringIO()
    call_command("definitions", *map(str, arguments), stdout=out)
    return out.getvalue()


def code_of(*arguments: Any) -> int:
    with pytest.raises(SystemExit) as caught:
        run(*arguments)
    return int(str(caught.value.code))


def test_it_applies_and_says_what_it_did(file: Path) -> None:
    said = run("apply", file, "--reason", "abc123")
    assert said.splitlines() == [
        "+ project flytesnacks",
        "+ tool grafana",
        "+ definition pod-logs",
        "+ definition board of flytesnacks",
        "3 made, 0 changed, 0 deleted, 0 as they are.",
    ]
    entry = LinkDefinition.objects.get(key="board").history.get()
    assert (entry.way, entry.history_change_reason) == ("definitions apply", "abc123")


@pytest.mark.parametrize("command", [["diff"], ["apply", "--dry-run"]])
def test_it_ends_with_2_where_something_differs(file: Path, command: list[str]) -> None:
    assert code_of(*command, file) == 2
    assert not LinkDefinition.objects.exists()


def test_it_ends_with_0_where_nothing_does(file: Path) -> None:
    apply(FILE)
    assert run("diff", file) == "0 to make, 0 to change, 0 to delete, 3 as they are.\n"


def test_it_shows_what_changes(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    apply(FILE.replace("train_*", "old_*"))
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("definitions", "diff", str(file), stdout=out)
    assert '    select: {"workflow": "old_*"} -> {"workflow": "train_*"}' in out.getvalue()


def test_it_prints_json(file: Path) -> None:
    assert json.loads(run("apply", file, "--json"))["applied"] is True


def test_it_names_file_and_line_and_changes_nothing(file: Path) -> None:
    file.write_text(FILE.replace("level: pod", "level: pods"))
    with pytest.raises(CommandError, match=r"definitions.yaml: line 11, column 5: ") as caught:
        run("apply", file)
    assert caught.value.returncode == 1
    assert "Nothing was changed." in str(caught.value)
    assert not LinkDefinition.objects.exists()


def test_it_says_that_there_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        run("diff", tmp_path / "absent.yaml")


def test_it_exports_to_a_file_that_applies(tmp_path: Path) -> None:
    apply(FILE)
    path = tmp_path / "out.yaml"
    run("export", "--label", "platform", "--output", path)
    assert run("diff", path, "--prune").startswith("0 to make")


def test_it_stays_within_a_project(file: Path) -> None:
    make_project()
    with pytest.raises(CommandError, match="more rights"):
        run("apply", file, "--project", "flytesnacks")
    with pytest.raises(CommandError, match="no project 'absent'"):
        run("export", "--project", "absent")
    assert keys() == set()
