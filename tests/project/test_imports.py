"""The way the data flows is the way imports point, and the pure packages stay pure."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "linkhub"
# Each may import those before it, and what stands beside it in one tuple not at all.
# `embedded` starts all others, and nothing but the settings knows of it.
ORDER = [
    *[(each,) for each in ("lib", "accounts", "runs", "links", "ingest", "seeing")],
    ("api", "pages"),
    ("embedded",),
]
PURE = {
    "lib": {"lib"},
    "links/language": {"lib", "links.language"},
    "links/providers": {"lib", "links.language", "links.providers"},
    "links/resolving": {"lib", "links.language", "links.providers", "links.resolving"},
}
FREE_OF_DJANGO = ("links/language", "links/providers", "links/resolving")


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own_imports(path: Path) -> set[str]:
    prefix = "linkhub."
    return {name.removeprefix(prefix) for name in imports(path) if name.startswith(prefix)}


@pytest.mark.parametrize("position", range(len(ORDER)))
def test_it_imports_one_way(position: int) -> None:
    for app in ORDER[position]:
        allowed = {app, *(name for names in ORDER[:position] for name in names)}
        known = {name for names in ORDER for name in names}
        for path in modules(app):
            used = {name.split(".")[0] for name in own_imports(path)} & known
            assert used <= allowed, f"{path} imports {used - allowed}"


@pytest.mark.parametrize("folder", PURE)
def test_it_keeps_pure_packages_to_themselves(folder: str) -> None:
    for path in modules(folder):
        for name in own_imports(path):
            inside = any(name == p or name.startswith(f"{p}.") for p in PURE[folder])
            assert inside, f"{path} imports linkhub.{name}"


@pytest.mark.parametrize("folder", FREE_OF_DJANGO)
def test_it_keeps_django_out_of_resolving(folder: str) -> None:
    for path in modules(folder):
        assert not [name for name in imports(path) if name.split(".")[0] == "django"], path


def test_what_may_be_asked_in_a_web_process_starts_none() -> None:
    for folder in FREE_OF_DJANGO:
        for path in modules(folder):
            assert not {"subprocess", "multiprocessing"} & set(imports(path)), path


def test_it_looks_at_something() -> None:
    assert all(modules(app) for names in ORDER for app in names)
