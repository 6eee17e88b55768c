"""Take the pictures of `docs/screenshots/` in a real Chromium: every page, light and dark, wide and
phone, with nothing in it, with the demo, and with more than it was made for.

    python scripts/screenshots.py [CONTENT/PAGE ...]      such as usual/run or overfull

Servers and database are its own, in a temporary folder, and gone afterwards.
"""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from chromium import ADVICE, find  # noqa: E402
from pictured import CONTENTS, FIRST, SIGNED_OUT, Pages  # noqa: E402

from linkhub.embedded import launcher  # noqa: E402

WIDTHS = {"": 1280, "-phone": 360}
SCHEMES = {"": "light", "-dark": "dark"}
# What is further down shows nothing new.
TALLEST = 2400


def main(names: list[str]) -> None:
    chromium = find() or sys.exit(ADVICE)
    with tempfile.TemporaryDirectory(prefix="linkhub-screenshots-") as folder:
        Path(folder).chmod(0o711)  # root's servers run as another account
        home = Path(folder) / "home"
        servers = launcher.start(home)
        try:
            os.environ |= {
                "LINKHUB_HOME": str(home),
                "DATABASE_URL": servers.database_url,
                "REDIS_URL": servers.redis_url,
                "SECRET_KEY": secrets.token_urlsafe(50),
                "DJANGO_SETTINGS_MODULE": "linkhub.settings",
                "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
            }
            take(names, chromium)
        finally:
            launcher.stop(home)


def take(names: list[str], chromium: str) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from linkhub.accounts.first_admin import ensure_first_admin
    from linkhub.seeing.reporting import reporter

    reporter.runs = False
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    password = ensure_first_admin() or ""
    with serving() as site:
        for content, (load, pages) in CONTENTS.items():
            load()
            wanted = {
                name: path
                for name, path in (SIGNED_OUT | pages).items()
                if not names or {content, f"{content}/{name}"} & set(names)
            }
            photograph(site, content, wanted, chromium, password)


@contextmanager
def serving() -> Iterator[str]:
    """WhiteNoise serves what was collected, as in production."""
    from django.test.testcases import LiveServerThread

    server = LiveServerThread("localhost", lambda application: application)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    try:
        yield f"http://localhost:{server.port}"
    finally:
        server.terminate()


def photograph(site: str, content: str, pages: Pages, chromium: str, password: str) -> None:
    from playwright.sync_api import sync_playwright

    folder = ROOT / "docs" / "screenshots" / content
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for dark, scheme in SCHEMES.items():
            for phone, width in WIDTHS.items():
                page = browser.new_page(
                    base_url=site,
                    viewport={"width": width, "height": 760},
                    color_scheme="dark" if scheme == "dark" else "light",
                )
                is_in = False
                for name, path in pages.items():
                    if name not in SIGNED_OUT and not is_in:
                        page.goto("/sign-in/")
                        page.fill("[name=username]", "admin")
                        page.fill("[name=password]", password)
                        page.click("main button[type=submit]")
                        is_in = True
                    page.goto(path)
                    if page.locator("[hx-trigger*=load]").count():
                        page.wait_for_load_state("networkidle")
                    picture = folder / f"{name}{dark}{phone}.png"
                    take_picture(page, picture, FIRST.get(name))
                    sys.stdout.write(f"{picture.relative_to(ROOT)}\n")
                page.close()
        browser.close()


def take_picture(page: Page, picture: Path, first: Callable[[Page], None] | None) -> None:
    """Of the page from its top; of what is opened first, as much as the screen shows."""
    if first is not None:
        first(page)
        page.screenshot(path=picture)
        return
    width, height = page.evaluate(
        "[innerWidth, Math.max(innerHeight, document.documentElement.scrollHeight)]"
    )
    clip = {"x": 0, "y": 0, "width": width, "height": min(height, TALLEST)}
    page.screenshot(path=picture, full_page=True, clip=clip)


if __name__ == "__main__":
    main(sys.argv[1:])
