"""The run's page in a browser: live, copied, in the dark, without JavaScript."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from linkhub.runs.models import Action, Run
from tests import factories as make
from tests.browser.conftest import sign_in

RUN = "/projects/flytesnacks/development/runs/r7/"
BODY = "#run-body"


def make_tall() -> Run:
    """A run that goes on, longer than the screen."""
    run = make.make_run()
    make.make_definition("board", level="run", template="https://b.example.com/{{.runName}}")
    for number in range(40):
        action = make.make_action(run, f"a{number:02}", task=f"task_{number}")
        make.make_attempt(action)
    return run


def end(run: Run) -> None:
    Action.objects.filter(run=run).update(phase="succeeded", ended_at=make.ENDED)
    Run.objects.filter(pk=run.pk).update(phase="succeeded", ended_at=make.ENDED)


def test_a_live_update_keeps_scroll_text_menu_and_selection(page: Page) -> None:
    run = make_tall()
    page.goto(RUN)
    search = page.get_by_role("searchbox", name="Find an action or task of this run")
    page.locator("#copy-menu summary").click()
    search.evaluate("box => { box.value = 'half a wo'; }")
    page.evaluate("getSelection().selectAllChildren(document.querySelector('h1'))")
    page.evaluate("scrollTo(0, 600)")
    end(run)

    expect(page.locator(f"{BODY} .page-head .phase")).to_have_text("succeeded")
    expect(search).to_have_value("half a wo")
    expect(page.locator("#copy-menu .items")).to_be_visible()
    assert page.evaluate("getSelection().toString()") == "r7"
    assert page.evaluate("scrollY") == 600


def test_the_tabs_title_tells_how_the_run_stands(page: Page) -> None:
    run = make_tall()
    page.goto(RUN)
    expect(page).to_have_title(re.compile("^r7 · running"))
    end(run)

    expect(page).to_have_title(re.compile("^r7 · succeeded"))


def test_a_hidden_tab_asks_seldom_and_catches_up(page: Page) -> None:
    make_tall()
    page.add_init_script(
        "let hidden = true; Object.defineProperty(document, 'hidden', {get: () => hidden});"
        "addEventListener('look', () => { hidden = false;"
        " document.dispatchEvent(new Event('visibilitychange')); });"
    )
    page.goto(RUN)
    expect(page.locator(".page-head .phase")).to_have_text("running")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(2500)
    assert asked == []
    with page.expect_request(lambda request: request.url.endswith(RUN), timeout=1500):
        page.evaluate("dispatchEvent(new Event('look'))")


def test_a_page_that_is_no_longer_up_to_date_says_so(context: BrowserContext) -> None:
    make_tall()
    page = context.new_page()
    sign_in(page)
    page.goto(RUN)
    page.route(f"**{RUN}", lambda route: route.fulfill(status=503))
    told = page.locator("#told")

    expect(told).to_contain_text("Not up to date since")
    page.unroute(f"**{RUN}")
    expect(told).to_have_text("Up to date again.")


def test_it_finds_an_action_while_it_is_typed(page: Page) -> None:
    make_tall()
    page.goto(RUN)
    search = page.get_by_role("searchbox", name="Find an action or task of this run")
    search.press_sequentially("task_17")

    expect(page.locator("table.tree tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"\?q=task_17$"))
    expect(search).to_be_focused()
    page.reload()
    expect(search).to_have_value("task_17")


@pytest.fixture
def clipboard(context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])


def copied(page: Page, form: str) -> str:
    page.locator("#copy-menu summary").click()
    page.evaluate("document.querySelector('#told').textContent = ''")
    page.get_by_role("link", name=form).click()
    expect(page.locator("#told")).to_have_text("Copied.")
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


def test_it_copies_a_run(page: Page, clipboard: None, site: str) -> None:
    make_tall()
    page.goto(RUN)

    assert "](https://b.example.com/r7)" in copied(page, "As Markdown")
    assert "Board: https://b.example.com/r7" in copied(page, "As text")
    assert json.loads(copied(page, "As JSON"))["url"] == f"{site}{RUN}"
    expect(page).to_have_url(re.compile(f"{RUN}$"))


def test_the_switch_darkens_every_page_at_once(page: Page) -> None:
    make_tall()
    page.goto(RUN)
    assert background(page) == "rgb(246, 247, 249)"
    page.locator("#user-menu summary").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")

    assert background(page) == "rgb(14, 17, 22)"
    page.goto("/projects/")
    assert background(page) == "rgb(14, 17, 22)"


def background(page: Page) -> str:
    found: str = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    return found


def test_the_system_decides_until_somebody_chooses(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto("/projects/")

    assert background(page) == "rgb(14, 17, 22)"


def test_times_are_in_the_viewers_zone(chromium: Browser, site: str) -> None:
    make.make_run(created_at=make.CREATED)
    context = chromium.new_context(base_url=site, timezone_id="Asia/Tokyo", locale="en-GB")
    page = context.new_page()
    sign_in(page)
    page.goto(RUN)

    assert "19:00:00" in (page.locator(".subline time").get_attribute("title") or "")
    context.close()


@pytest.fixture
def scriptless(chromium: Browser, site: str) -> Iterator[Page]:
    context = chromium.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    sign_in(page)
    yield page
    context.close()


def test_it_works_without_javascript(scriptless: Page) -> None:
    make_tall()
    make.make_run("r6", created_at=make.CREATED - timedelta(hours=1))
    scriptless.goto(RUN)
    expect(scriptless.get_by_role("link", name="Board")).to_be_visible()
    scriptless.get_by_role("searchbox", name="Find an action").fill("task_17")
    scriptless.keyboard.press("Enter")
    expect(scriptless.locator("table.tree tbody tr")).to_have_count(1)
    scriptless.get_by_role("link", name="Compare").click()

    expect(scriptless.get_by_role("heading", name="Compare runs")).to_be_visible()
    expect(scriptless.get_by_role("columnheader", name="r6")).to_be_visible()


def test_colours_are_chosen_without_javascript(scriptless: Page) -> None:
    make_tall()
    scriptless.goto(f"{RUN}?q=task")
    scriptless.locator("#user-menu summary").click()
    scriptless.get_by_role("button", name="Dark").click()

    expect(scriptless).to_have_url(re.compile(r"\?q=task$"))
    expect(scriptless.locator("html")).to_have_attribute("data-theme", "dark")


def test_it_copies_without_javascript_too(scriptless: Page) -> None:
    make_tall()
    scriptless.goto(RUN)
    scriptless.locator("#copy-menu summary").click()
    scriptless.get_by_role("link", name="As text").click()

    expect(scriptless.locator("body")).to_contain_text("https://b.example.com/r7")


def test_arrows_go_through_a_menu(page: Page) -> None:
    make_tall()
    page.goto(RUN)
    page.locator("#copy-menu summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="As text")).to_be_focused()
    page.keyboard.press("Escape")

    expect(page.locator("#copy-menu summary")).to_be_focused()


def test_the_first_tab_skips_to_the_content(page: Page) -> None:
    make_tall()
    page.goto(RUN)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("main")).to_be_focused()
