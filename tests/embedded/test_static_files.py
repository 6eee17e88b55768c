from pathlib import Path

import pytest
from pytest_django import Settings

from linkhub.embedded import static_files


@pytest.fixture
def source(tmp_path: Path, settings: Settings) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "one.css").write_text("a{}")
    settings.STATICFILES_DIRS = [folder]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "root"
    return folder


def test_it_collects_again_only_after_a_change(
    source: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    static_files.collect_changed()
    (settings.STATIC_ROOT / "one.css").unlink()
    static_files.collect_changed()
    assert not (settings.STATIC_ROOT / "one.css").exists()
    (source / "one.css").write_text("a{color:red}")
    static_files.collect_changed()
    assert (settings.STATIC_ROOT / "one.css").exists()
