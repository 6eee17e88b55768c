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
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

import overfull  # noqa: E402
from chromium import ADVICE, find  # noqa: E402

from linkhub.embedded import launcher  # noqa: E402

Pages = dict[str, str]

RUNS = "/projects/flytesnacks/development/runs"
FULL = f"/projects/{overfull.PROJECT}/{overfull.DOMAIN}/runs/{overfull.RUN}/"
SIGNED_OUT = {"sign-in": "/sign-in/"}
EVERYWHERE = {
    "home": "/",
    "links": "/links/",
    "projects": "/projects/",
    "views": "/views/",
    "find": "/find?q=nothing-has-this-name",
}
EMPTY = EVERYWHERE | {
    "run": "/projects/bare/development/runs/r1/",
    "action": "/projects/bare/development/runs/r1/actions/a0/",
    "compare": "/projects/bare/development/runs/r1/compare/",
    "project": "/projects/bare/",
    "workflow": "/projects/bare/workflows/w/",
    "not-there": f"{RUNS}/rnotthereyet/",
    "not-found": "/projects/absent/",
}
USUAL = EVERYWHERE | {
    "project": "/projects/flytesnacks/",
    "project-links": "/projects/flytesnacks/links/",
    "workflow": "/projects/flytesnacks/workflows/train_pipeline/",
    "run": f"{RUNS}/rk7m2xq4vd9c8w/",
    "run-failed": f"{RUNS}/rp1k7ta5ls3h8v/",
    "run-map": f"{RUNS}/rv2z6ud8ck1n7j/",
    "run-search": f"{RUNS}/rv2z6ud8ck1n7j/?q=trial",
    "compare": f"{RUNS}/rp1k7ta5ls3h8v/compare/?with=rt7a4fh3wp9x5s",
    "keep": f"{RUNS}/rk7m2xq4vd9c8w/keep/",
    "action": f"{RUNS}/rp1k7ta5ls3h8v/actions/a2/",
    "explain": f"{RUNS}/rp1k7ta5ls3h8v/actions/a2/?explain=",
    "go": "/go/flytesnacks/development/rb4t8nz1hs6j3p/wandb",
    "find": "/find?q=a2",
    "definition": "/admin/links/linkdefinition/add/",
}
OVERFULL = EVERYWHERE | {
    "project": f"/projects/{overfull.PROJECT}/",
    "workflow": f"/projects/{overfull.PROJECT}/workflows/{overfull.STRANGE[0]}/",
    "run": FULL,
    "run-search": f"{FULL}?phase=failed&q=never",
    "compare": f"{FULL}compare/?with=bare",
    "action": f"{FULL}actions/a9/",
    "explain": f"{FULL}?explain=",
    "find": f"/find?q={quote(overfull.STRANGE[4])}",
}
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

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    password = ensure_first_admin() or ""
    # In this order: each content stays where it is while the next is added.
    contents: dict[str, tuple[Callable[[], object], Pages]] = {
        "empty": (load_bare, EMPTY),
        "usual": (load_demo, USUAL),
        "overfull": (load_overfull, OVERFULL),
    }
    with serving() as site:
        for content, (load, pages) in contents.items():
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


def load_bare() -> None:
    record("bare", "development", "r1", {"workflow": "w", "actions": [{"name": "a0"}]})


def load_demo() -> None:
    from linkhub.ingest.demo import project

    project.load()
    resolve()


def load_overfull() -> None:
    record(overfull.PROJECT, overfull.DOMAIN, overfull.RUN, overfull.document())
    few = overfull.document(links=5, actions=5)
    record(overfull.PROJECT, overfull.DOMAIN, "bare", few)
    resolve()


def record(project: str, domain: str, name: str, document: dict[str, object]) -> None:
    import json

    from linkhub.accounts.models import Project
    from linkhub.runs.documents import RunDocument
    from linkhub.runs.record import record_run

    row, _ = Project.objects.get_or_create(name=project)
    text = json.dumps(document, default=str)
    record_run(
        project=row, domain=domain, name=name, document=RunDocument.model_validate_json(text)
    )


def resolve() -> None:
    from linkhub.links.backfill import advance_all
    from linkhub.links.work import drain
    from linkhub.runs.models import Pending

    advance_all()
    drain(Pending.Lane.MAIN, seconds=60)


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
                    height = page.evaluate("document.documentElement.scrollHeight")
                    picture = folder / f"{name}{dark}{phone}.png"
                    clip = {"x": 0, "y": 0, "width": width, "height": min(height, TALLEST)}
                    page.screenshot(path=picture, full_page=True, clip=clip)
                    sys.stdout.write(f"{picture.relative_to(ROOT)}\n")
                page.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
