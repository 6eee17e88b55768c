"""The one stylesheet and the files that it is made of."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from django.core.files.storage import FileSystemStorage

from linkhub.pages.stylesheet import IMPORT, SHEET, JoinedStylesheet, joined

STATIC = Path(__file__).parent.parent.parent / "static"
ROOT = STATIC.parent


def paths() -> dict[str, tuple[FileSystemStorage, str]]:
    folder = FileSystemStorage(STATIC)
    names = (str(file.relative_to(STATIC)) for file in (STATIC / "css").glob("*.css"))
    return {name: (folder, name) for name in names}


def loaded_by_name() -> set[str]:
    """What templates and Django's admin load themselves: the sheet, and what few pages need."""
    sources = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "linkhub").rglob("*.py")]
    text = "".join(source.read_text() for source in sources)
    return set(re.findall(r"[\"']css/([\w-]+\.css)[\"']", text))


def test_every_file_is_loaded_by_somebody() -> None:
    files = {file.name for file in (STATIC / "css").glob("*.css")}

    assert files == loaded_by_name() | set(IMPORT.findall((STATIC / SHEET).read_text()))


def test_it_holds_the_components_in_their_order() -> None:
    text = joined(paths())

    assert "@import" not in text
    assert text.index("--accent:") < text.index(".chip {") < text.index(".tree ")


def test_collected_it_is_one_file(tmp_path: Path) -> None:
    storage = JoinedStylesheet(location=tmp_path, base_url="/static/")
    shutil.copytree(STATIC / "css", tmp_path / "css")
    for _ in storage.post_process(paths()):
        pass

    collected = (tmp_path / storage.stored_name(SHEET)).read_text()
    assert ".chip {" in collected
    assert (tmp_path / f"{storage.stored_name(SHEET)}.br").exists()


def test_a_colour_stands_in_the_tokens_alone() -> None:
    """But for those of Django's own admin, which has tokens of its own."""
    colour = re.compile(r"#[0-9a-f]{3,8}\b|rgb\(|hsl\(")
    spread = {
        file.name
        for file in (STATIC / "css").glob("*.css")
        if file.name not in ("tokens.css", "admin.css") and colour.search(file.read_text())
    }

    assert spread == set()
