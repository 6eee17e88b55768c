"""Take the pictures of `docs/screenshots/`: the demo, in a real Chromium, light and dark.

    python scripts/screenshots.py [PAGE ...]

Servers, database and demo are its own, in a temporary folder, and gone afterwards.
"""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from chromium import ADVICE, find  # noqa: E402

from linkhub.embedded import launcher  # noqa: E402

RUNS = "/projects/flytesnacks/development/runs"
PAGES = {
    "home": "/",
    "links": "/links/",
    "project": "/projects/flytesnacks/",
    "workflow": "/projects/flytesnacks/workflows/train_pipeline/",
    "run": f"{RUNS}/rk7m2xq4vd9c8w/",
    "run-map": f"{RUNS}/rv2z6ud8ck1n7j/",
    "action": f"{RUNS}/rp1k7ta5ls3h8v/actions/a2/",
    "go": "/go/flytesnacks/development/rb4t8nz1hs6j3p/wandb",
    "find": "/find?q=a2",
    "not-there": f"{RUNS}/rnotthereyet/",
    "definition": "/admin/links/linkdefinition/add/",
}
WIDTHS = {"": 1280, "-phone": 390}
SCHEMES = {"": "light", "-dark": "dark"}


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
            take({name: PAGES[name] for name in names or PAGES}, chromium)
        finally:
            launcher.stop(home)


def take(pages: dict[str, str], chromium: str) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.test.testcases import LiveServerThread

    password = prepare()
    call_command("collectstatic", interactive=False, verbosity=0)
    # WhiteNoise serves what was collected, as in production.
    server = LiveServerThread("localhost", lambda application: application)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    try:
        photograph(f"http://localhost:{server.port}", pages, chromium, password)
    finally:
        server.terminate()


def prepare() -> str:
    """The demo, resolved; return the admin's password."""
    from django.core.management import call_command

    from linkhub.accounts.first_admin import ensure_first_admin
    from linkhub.ingest.demo import project
    from linkhub.links.backfill import advance_all
    from linkhub.links.work import drain
    from linkhub.runs.models import Pending

    call_command("migrate", verbosity=0)
    project.load()
    advance_all()
    drain(Pending.Lane.MAIN, seconds=60)
    return ensure_first_admin() or ""


def photograph(site: str, pages: dict[str, str], chromium: str, password: str) -> None:
    from playwright.sync_api import sync_playwright

    folder = ROOT / "docs" / "screenshots"
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
                page.goto("/sign-in/")
                page.fill("[name=username]", "admin")
                page.fill("[name=password]", password)
                page.click("main button")
                for name, path in pages.items():
                    page.goto(path)
                    picture = folder / f"{name}{dark}{phone}.png"
                    page.screenshot(path=picture, full_page=True)
                    sys.stdout.write(f"{picture.relative_to(ROOT)}\n")
                page.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
