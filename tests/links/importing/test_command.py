"""`manage.py import_links`: what it makes, what it lists, and a rehearsal."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from linkhub.links.models import LinkDefinition
from tests.factories import make_definition, make_project

pytestmark = pytest.mark.django_db
ARGO = """\
links:
  - name: Board
    scope: workflow
    url: https://l.test/${metadata.name}
  - name: Sensor
    scope: sensor-logs
    url: https://l.test/
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "argo.yaml"
    path.write_text(ARGO)
    return path


def run(*arguments: Any) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("import_links", "argo", *map(str, arguments), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_it_imports_and_lists_what_it_left_out(file: Path) -> None:
    make_project()
    out, err = run(file, "--project", "flytesnacks", "--label", "argo")
    row = LinkDefinition.objects.get()
    assert (row.key, row.project, row.managed_by) == ("board", make_project(), "argo")
    assert row.history.get().way == "import from argo"
    assert "1 made" in out
    assert "Left out: line 5: Sensor: LinkHub has no sensors" in err


def test_it_rehearses(file: Path) -> None:
    out, _ = run(file, "--dry-run")
    assert "key: board" in out
    assert not LinkDefinition.objects.exists()


def test_it_writes_a_file_that_can_be_applied(file: Path, tmp_path: Path) -> None:
    path = tmp_path / "definitions.yaml"
    run(file, "--output", path)
    call_command("definitions", "apply", str(path), stdout=io.StringIO())
    assert LinkDefinition.objects.get().level == "run"


def test_it_replaces_only_where_asked(file: Path) -> None:
    make_definition("board", name="By hand")
    _, err = run(file)
    assert "key board already" in err
    assert LinkDefinition.objects.get().name == "By hand"
    run(file, "--replace")
    assert LinkDefinition.objects.get().name == "Board"


def test_it_changes_nothing_where_the_file_is_wrong(file: Path) -> None:
    file.write_text("links: [")
    with pytest.raises(CommandError, match=r"argo.yaml: line 2"):
        run(file)
