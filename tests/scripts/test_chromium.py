import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "scripts" / "chromium.py"


def find(folder: Path, **environ: str) -> "subprocess.CompletedProcess[str]":
    base = {"PATH": str(folder), "HOME": str(folder)}
    command = [sys.executable, SCRIPT]
    return subprocess.run(command, env=base | environ, capture_output=True, text=True)


def browser(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o755)
    return str(path)


def test_it_finds_one_on_the_path(tmp_path: Path) -> None:
    path = browser(tmp_path / "chromium")
    found = find(tmp_path)
    assert found.stdout.strip() == path
    assert path in found.stderr


def test_it_finds_what_playwright_downloaded(tmp_path: Path) -> None:
    path = browser(tmp_path / ".cache/ms-playwright/chromium-1200/chrome-linux64/chrome")
    assert find(tmp_path).stdout.strip() == path


def test_it_takes_the_one_that_the_user_names(tmp_path: Path) -> None:
    browser(tmp_path / "chromium")
    path = browser(tmp_path / "mine")
    assert find(tmp_path, CHROMIUM=path).stdout.strip() == path


def test_it_says_how_to_get_one(tmp_path: Path) -> None:
    found = find(tmp_path)
    assert found.returncode == 1
    assert "apt-get install chromium" in found.stderr


def test_it_says_that_the_named_one_is_missing(tmp_path: Path) -> None:
    found = find(tmp_path, CHROMIUM="/absent")
    assert found.stderr == "CHROMIUM names /absent, which cannot be run.\n"
