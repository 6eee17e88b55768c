"""What the first visit to a run's page costs: bytes, requests, and nothing that jumps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.core.management import call_command
from django.template import engines
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, BrowserContext, CDPSession
from pytest_django.fixtures import Settings

from linkhub.pages import cells, markup, run_list
from tests import factories as make
from tests.browser.conftest import sign_in

RUN = "/projects/flytesnacks/development/runs/r7/"
MOST_BYTES = 80_000
MOST_REQUESTS = 8
SHIFTS = """
    window.shifted = 0;
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.shifted += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
"""


@dataclass
class Network:
    """What went over the wire, compressed as it was, headers included."""

    requests: list[str] = field(default_factory=list)
    bytes: int = 0

    def watch(self, session: CDPSession) -> None:
        session.send("Network.enable")
        session.on(
            "Network.requestWillBeSent", lambda event: self.requests.append(event["request"]["url"])
        )
        session.on("Network.loadingFinished", self.finished)

    def finished(self, event: dict[str, float]) -> None:
        self.bytes += int(event["encodedDataLength"])


def make_links() -> None:
    """Fifty links, on a run and nine actions, of tools with icons and without."""
    tools = [make.make_tool(name) for name in ("grafana", "wandb", "registry")]
    run = make.make_run(phase="succeeded", ended_at=make.ENDED)
    for number in range(5):
        for level in ("run", "action"):
            make.make_definition(
                f"{level}-{number}",
                level=level,
                tool=tools[number % 3],
                template=f"https://tools.example.com/{number}/{{{{.runName}}}}",
            )
    for number in range(9):
        make.make_attempt(make.make_action(run, f"a{number}", task=f"task_{number}"))


@pytest.fixture
def production(settings: Settings, tmp_path: Path, transactional_db: None) -> Iterator[str]:
    """The server as it is in production: static files collected, joined and compressed."""
    make.make_user()
    backend = {"BACKEND": "linkhub.pages.stylesheet.JoinedStylesheet"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": backend}
    settings.STATIC_ROOT = tmp_path
    forget_markup()
    call_command("collectstatic", interactive=False, verbosity=0)
    server = LiveServerThread("localhost", lambda application: application)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    assert server.error is None
    yield f"http://localhost:{server.port}"
    server.terminate()
    forget_markup()


def forget_markup() -> None:
    """What holds the addresses of static files."""
    markup.forget_sprite()
    run_list._kept_bar.cache_clear()
    cells._kept_cells.cache_clear()
    engines["django"].engine.template_loaders[0].reset()  # type: ignore[attr-defined]


@pytest.fixture
def visitor(chromium: Browser, production: str) -> BrowserContext:
    """Signed in, with nothing in the browser's cache."""
    context = chromium.new_context(base_url=production, viewport={"width": 1280, "height": 800})
    sign_in(context.new_page())
    fresh = chromium.new_context(base_url=production, viewport={"width": 1280, "height": 800})
    fresh.add_cookies(context.cookies())  # type: ignore[arg-type]
    context.close()
    return fresh


def test_the_first_load_is_light_and_still(visitor: BrowserContext) -> None:
    make_links()
    page = visitor.new_page()
    page.add_init_script(SHIFTS)
    network = Network()
    network.watch(visitor.new_cdp_session(page))
    page.goto(RUN, wait_until="networkidle")
    page.wait_for_timeout(500)

    assert page.locator("a.chip.ready").count() == 50
    print(f"{network.bytes:,} bytes in {len(network.requests)} requests")
    assert len(network.requests) <= MOST_REQUESTS, network.requests
    assert network.bytes <= MOST_BYTES
    assert page.evaluate("window.shifted") == 0
    visitor.close()
