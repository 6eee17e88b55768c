"""Every variable that is read is documented, and every documented one is read."""

import ast
import re
import runpy
import warnings
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).parents[2]
READERS = {
    "read": 1,
    "positive": 0,
    "natural": 0,
    "flag": 0,
    "networks": 0,
    "str": 0,
    "_number": 1,
    "get": 0,
}
# Not of the environment, or set for child processes by their parent.
INTERNAL = {"ENGINE", "OPTIONS", "LINKHUB_TEST_HOME", "PATH", "HOME"}


def read_names(path: Path) -> set[str]:
    """The constant names handed to what reads the environment."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        called = getattr(node.func, "id", getattr(node.func, "attr", ""))
        at = READERS.get(called)
        if at is None or len(node.args) <= at:
            continue
        name = node.args[at]
        if isinstance(name, ast.Constant) and re.fullmatch(r"[A-Z][A-Z_]+", str(name.value)):
            names.add(str(name.value))
    return names


def test_it_documents_what_it_reads() -> None:
    folders = (ROOT / "linkhub/embedded", ROOT / "linkhub/seeing")
    files = [ROOT / "linkhub/settings.py", *(one for each in folders for one in each.rglob("*.py"))]
    read = set().union(*map(read_names, files)) - INTERNAL
    documented = set(
        re.findall(r"`([A-Z][A-Z_]+)`", (ROOT / "docs/configuration.md").read_text("utf-8"))
    )
    assert read == documented


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("DATABASE_URL", "mysql://x@localhost/x"),
        ("REDIS_URL", "localhost:6379"),
        ("LINKHUB_MAX_ATTEMPTS", "many"),
        ("LINKHUB_RESOLVE_BATCH", "0"),
        ("LINKHUB_TOKEN_REQUESTS", "-1"),
        ("DEBUG", "perhaps"),
        ("DATABASE_URL", "nonsense"),
        ("LINKHUB_SCHEMES", "vscode,JavaScript"),
        ("LINKHUB_LOG_LEVEL", "loud"),
    ],
)
def test_it_names_a_wrong_value(
    name: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINKHUB_HOME", str(tmp_path))
    monkeypatch.setenv(name, value)
    with (
        warnings.catch_warnings(action="ignore"),
        pytest.raises(ImproperlyConfigured, match=rf"\b{name}\b") as refused,
    ):
        runpy.run_path(str(ROOT / "linkhub/settings.py"))
    assert "\n" not in str(refused.value)
