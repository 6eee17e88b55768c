"""Every page by axe-core's rules, and as wide as its screen: light and dark, with nothing in it, as
usual, and with more than it was made for. Pages are those of the table of who may see what, so that
a new one is looked at too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.template.loader import render_to_string
from playwright.sync_api import Browser, Page

from linkhub.ingest.demo import project as demo
from linkhub.runs.documents import RunDocument
from linkhub.runs.models import Run
from linkhub.runs.record import record_run
from scripts import overfull
from tests import factories as make
from tests.browser.conftest import sign_in
from tests.security.test_matrix import PAGES
from tests.security.world import make_world

RUNS = "/projects/flytesnacks/development/runs"
FULL = f"/projects/{overfull.PROJECT}/{overfull.DOMAIN}/runs"
OVERFULL = (
    "/",
    "/links/",
    "/projects/",
    f"/projects/{overfull.PROJECT}/",
    f"/projects/{overfull.PROJECT}/links/",
    f"/projects/{overfull.PROJECT}/workflows/{overfull.STRANGE[0]}/",
    f"{FULL}/{overfull.RUN}/",
    f"{FULL}/{overfull.RUN}/?q=never&phase=failed",
    f"{FULL}/{overfull.RUN}/compare/?with=few",
    f"{FULL}/{overfull.RUN}/actions/a9/",
    f"{FULL}/few/",
    f"{FULL}/few/keep/",
    f"/projects/{overfull.PROJECT}/members/",
    f"/badge/{overfull.PROJECT}/{overfull.DOMAIN}/{overfull.STRANGE[0]}/",
    f"{FULL}/few/?explain=",
    f"/find?q={overfull.RUN}",
    f"/go/{overfull.PROJECT}/{overfull.DOMAIN}/{overfull.RUN}/link-0+",
)
MADE_HERE = ("healthz", "readyz", "metrics", "format=", "feed", ".svg", "tracked-runs", "callback")
Violations = list[tuple[str, str]]


@pytest.fixture(params=["light", "dark"])
def page(chromium: Browser, site: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Signed in as an admin; without the policy, which forbids what axe does to a page."""
    make.make_admin()
    context = chromium.new_context(
        base_url=site, bypass_csp=True, color_scheme=request.param, reduced_motion="reduce"
    )
    yield context.new_page()
    context.close()


def violations(page: Page) -> Violations:
    found = Axe().run(page)
    return [(each["id"], each["nodes"][0]["html"][:300]) for each in found.response["violations"]]


def broken(page: Page, paths: Iterator[str] | tuple[str, ...]) -> dict[str, Violations]:
    found = {}
    for path in paths:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status < 500, path
        if wrong := violations(page):
            found[path] = wrong
    return found


def routes() -> Iterator[str]:
    """What an admin gets as a page; the rest are documents and redirects."""
    for row in PAGES:
        is_page = row.method == "GET" and row.statuses["admin"] == 200
        if is_page and not any(part in row.address for part in MADE_HERE):
            yield row.address


def test_no_route_breaks_a_rule(page: Page) -> None:
    make_world()
    sign_in(page, "root")

    assert broken(page, routes()) == {}


def test_no_page_breaks_a_rule_as_usual(page: Page) -> None:
    demo.load()
    failed, running = Run.objects.get(phase="failed"), Run.objects.filter(phase="running").first()
    assert running is not None
    sign_in(page, "root")

    assert (
        broken(
            page,
            (
                *("/", "/links/", "/projects/flytesnacks/", "/find?q=a0", "/find?q=nothing"),
                f"{RUNS}/{failed.name}/",
                f"{RUNS}/{failed.name}/?phase=failed",
                f"{RUNS}/{failed.name}/?q=nothing",
                f"{RUNS}/{failed.name}/compare/",
                f"{RUNS}/{failed.name}/compare/?with={running.name}",
                f"{RUNS}/{failed.name}/actions/a2/?explain=",
                f"{RUNS}/{running.name}/",
                f"/go/flytesnacks/development/{failed.name}/pod-logs+",
            ),
        )
        == {}
    )


def test_no_page_breaks_a_rule_with_nothing_in_it(page: Page) -> None:
    make.make_run("bare", workflow="")
    signed_out = broken(page, ("/sign-in/",))
    sign_in(page, "root")
    bare = f"{RUNS}/bare/"
    paths = ("/", "/links/", "/projects/", "/views/", "/find", bare, f"{bare}compare/")

    assert broken(page, paths) | signed_out == {}


def test_no_page_that_refuses_breaks_a_rule(page: Page) -> None:
    sign_in(page, "root")
    found = broken(page, (f"{RUNS}/absent/", "/projects/absent/", "/nothing-is-here"))
    for name in ("403.html", "500.html"):
        body = render_to_string(name)
        page.route("**/refused", lambda route, _, body=body: route.fulfill(body=body))
        page.goto("/refused")
        if wrong := violations(page):
            found[name] = wrong
        page.unroute("**/refused")

    assert found == {}


def record_overfull() -> None:
    """A run with 400 links and many actions, all of them with names of the strangest."""
    project = make.make_project(overfull.PROJECT)
    for name, links, actions in ((overfull.RUN, 400, 60), ("few", 5, 5)):
        text = json.dumps(overfull.document(links=links, actions=actions), default=str)
        document = RunDocument.model_validate_json(text)
        record_run(project=project, domain=overfull.DOMAIN, name=name, document=document)


def test_no_page_breaks_a_rule_when_overfull(page: Page) -> None:
    record_overfull()
    sign_in(page, "root")

    assert broken(page, OVERFULL) == {}


@pytest.mark.parametrize("width", [360, 768, 1280, 3840])
def test_every_page_stays_whole_when_overfull(chromium: Browser, site: str, width: int) -> None:
    """Nothing is wider than the screen, and no script of a name runs, under the real policy."""
    record_overfull()
    context = chromium.new_context(base_url=site, viewport={"width": width, "height": 800})
    page = context.new_page()
    sign_in(page)
    wide = {}
    for path in OVERFULL:
        page.goto(path)
        if (found := page.evaluate("document.documentElement.scrollWidth")) > width:
            wide[path] = found
        assert page.title() != "ran"
    page.goto(f"{FULL}/{overfull.RUN}/")
    assert page.locator(".tool-rows .chip").count() == 400
    context.close()

    assert wide == {}
