"""Find a Chromium for the browser tests and print its path, or say how to get one."""

import os
import shutil
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ELSEWHERE = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
DOWNLOADED = ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*")
ADVICE = """\
No Chromium was found. Any one of these gives the browser tests one:
  apt-get install chromium                          (Debian, Ubuntu; as root)
  .venv/bin/python -m playwright install chromium   (from Playwright's own servers)
  CHROMIUM=/path/to/chromium make test-browser      (one that you already have)
"""


def main() -> None:
    found = find()
    if found is None:
        sys.exit(ADVICE)
    sys.stderr.write(f"Using {found}\n")
    sys.stdout.write(found + "\n")


def find() -> str | None:
    """The path of the first that exists; the one that CHROMIUM names, or none at all."""
    if named := os.environ.get("CHROMIUM"):
        return shutil.which(named) or sys.exit(f"CHROMIUM names {named}, which cannot be run.")
    candidates = [shutil.which(name) for name in NAMES] + list(ELSEWHERE) + downloaded()
    return next((one for one in candidates if one and os.access(one, os.X_OK)), None)


def downloaded() -> list[str]:
    """What Playwright downloaded earlier, newest first."""
    home = Path.home()
    caches = [home / ".cache/ms-playwright", home / "Library/Caches/ms-playwright"]
    if named := os.environ.get("PLAYWRIGHT_BROWSERS_PATH"):
        caches.insert(0, Path(named))
    found = (path for cache in caches for pattern in DOWNLOADED for path in cache.glob(pattern))
    return sorted(map(str, found), reverse=True)


if __name__ == "__main__":
    main()
