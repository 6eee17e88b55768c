"""Finding and keeping in a browser: the box, the palette, pins, views, copied addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from linkhub.accounts.models import Membership, User
from linkhub.pages.models import Pin, SavedView
from linkhub.pages.pins import add_pin
from tests import factories as make
from tests.browser.conftest import sign_in

PROJECT = "/projects/flytesnacks/"
RUN = f"{PROJECT}development/runs/r7/"
LATEST = "/go/flytesnacks/development/latest/board?workflow=train_pipeline"


@pytest.fixture
def plain(chromium: Browser, site: str) -> Iterator[Page]:
    """Signed in, without JavaScript."""
    context = chromium.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    sign_in(page)
    yield page
    context.close()


def make_board() -> None:
    make.make_definition("board", level="run", template="https://b.example.com/{{.runName}}")
    make.make_run(phase="succeeded", ended_at=make.ENDED)


def test_the_box_suggests_and_arrows_choose(page: Page) -> None:
    for number in range(3):
        make.make_run(f"run-{number}", created_at=make.CREATED.replace(hour=number))
    page.goto("/projects/")
    page.keyboard.press("/")
    box = page.get_by_role("combobox", name="Find")
    box.press_sequentially("run-")
    expect(page.get_by_role("option")).to_have_count(3)
    expect(box).to_have_attribute("aria-expanded", "true")
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp"):
        box.press(key)
    expect(box).to_be_focused()
    expect(page.locator("[aria-selected=true]")).to_have_id(
        str(box.get_attribute("aria-activedescendant"))
    )
    box.press("Enter")

    expect(page).to_have_url(re.compile("/runs/run-0/$"))


def test_escape_puts_suggestions_away(page: Page) -> None:
    make.make_run()
    page.goto("/projects/")
    box = page.get_by_role("combobox", name="Find")
    box.press_sequentially("r7")
    expect(page.get_by_role("option")).to_be_visible()
    box.press("Escape")

    expect(page.get_by_role("option")).to_have_count(0)


def test_a_pasted_url_leads_to_its_run(page: Page) -> None:
    make.make_action(make.make_run(), "x1")
    page.goto("/projects/")
    page.keyboard.press("/")
    page.keyboard.insert_text("https://wandb.ai/vision/cats/runs/r7-x1")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(f"{RUN}actions/x1/$"))


def test_the_palette_goes_by_keyboard_and_gives_the_focus_back(page: Page) -> None:
    make.make_run()
    page.goto("/links/")
    page.get_by_role("link", name="Projects").focus()
    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox", name="Go to")
    expect(box).to_be_focused()
    expect(page.get_by_role("option", name="Home")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("link", name="Projects")).to_be_focused()

    page.keyboard.press("Control+k")
    page.keyboard.type("pipe")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/workflows/train_pipeline/$"))


def test_enter_goes_to_what_was_typed_and_not_to_what_is_listed_yet(page: Page) -> None:
    """The answer comes half a second late, so that Enter is pressed before it."""
    make.make_run()

    def late(route: Route) -> None:
        page.wait_for_timeout(500)
        route.continue_()

    page.goto("/links/")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option", name="Home")).to_be_visible()
    page.route("**/palette?q=*", late)
    page.keyboard.type("pipe")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/workflows/train_pipeline/$"))


def accessible(page: Page) -> list[tuple[str, str]]:
    found = Axe().run(page)
    return [(each["id"], each["nodes"][0]["html"]) for each in found.response["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_pages_break_no_rule_of_accessibility(
    chromium: Browser, site: str, scheme: str
) -> None:
    make_board()
    ana, project = User.objects.get(), make.make_project()
    for title in ("one", "two"):
        add_pin(project=project, owner=ana, title=title, address=f"/go/flytesnacks/{title}")
    SavedView.objects.create(user=ana, name="v", slug="v", path="/links/")
    # What axe does to a page, the policy forbids.
    context = chromium.new_context(base_url=site, bypass_csp=True, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    sign_in(page)
    broken = {}
    for path in (
        *("/palette", "/views/", "/views/new?of=/links/", f"{PROJECT}pins/", f"{RUN}keep/"),
        *("/find?q=r", "/links/"),
    ):
        page.goto(path)
        broken[path] = accessible(page)
    page.get_by_role("combobox", name="Find").press_sequentially("r7")
    expect(page.get_by_role("option")).to_be_visible()
    broken["suggestions"] = accessible(page)
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option", name="Home")).to_be_visible()
    broken["palette"] = accessible(page)
    context.close()

    assert {path: found for path, found in broken.items() if found} == {}


def test_it_pins_the_latest_link_and_tells(page: Page) -> None:
    make_board()
    page.goto(f"{RUN}keep/")
    page.get_by_label("Pin Board").click()
    page.get_by_role("button", name="Latest, for me").click()
    expect(page.get_by_text("Pinned.")).to_be_visible()
    expect(page.get_by_role("button", name="Latest, for me")).to_be_hidden()
    expect(page.get_by_label("Pin Board")).to_be_focused()
    page.goto(PROJECT)

    expect(page.get_by_role("link", name="Board").first).to_be_visible()
    assert Pin.objects.get().address == LATEST


def test_moving_a_pin_keeps_the_focus_on_its_button(page: Page) -> None:
    for title in ("one", "two"):
        address = f"/go/flytesnacks/{title}"
        add_pin(project=make.make_project(), owner=User.objects.get(), title=title, address=address)
    page.goto(f"{PROJECT}pins/")
    page.get_by_role("button", name="Move two up").focus()
    page.keyboard.press("Enter")

    expect(page.locator("#pin-lists strong").first).to_have_text("two")
    expect(page.get_by_role("button", name="Move two up")).to_be_focused()


def test_it_copies_the_latest_link(page: Page, site: str) -> None:
    make_board()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{RUN}keep/")
    page.get_by_role("button", name="Copy the address of Board, latest").click()
    expect(page.get_by_text("Copied.")).to_be_visible()

    assert page.evaluate("navigator.clipboard.readText()") == f"{site}{LATEST}"


def test_starring_keeps_the_focus_and_survives_loading(page: Page) -> None:
    make_board()
    page.goto(PROJECT)
    star = page.get_by_role("button", name="Star flytesnacks")
    star.focus()
    page.keyboard.press("Enter")
    expect(star).to_have_attribute("aria-pressed", "true")
    expect(star).to_be_focused()
    page.reload()

    expect(star).to_have_attribute("aria-pressed", "true")


def test_it_saves_a_view_from_the_palette(page: Page) -> None:
    make_board()
    page.goto(f"{PROJECT}links/?phase=failed")
    page.keyboard.press("Control+k")
    page.keyboard.type("save")
    page.get_by_role("option", name="Save this page as a view").click()
    page.get_by_label("Name").fill("Red ones")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Red ones").click()

    expect(page).to_have_url(re.compile(r"/projects/flytesnacks/links/\?phase=failed$"))


def test_all_of_it_works_without_javascript(plain: Page) -> None:
    make.make_member(make.make_project(), User.objects.get(), Membership.Role.MAINTAINER)
    make_board()
    plain.goto("/find")
    plain.get_by_role("combobox", name="Find").fill("r7")
    plain.keyboard.press("Enter")
    expect(plain).to_have_url(re.compile(f"{RUN}$"))

    plain.goto(f"{RUN}keep/")
    plain.get_by_label("Pin Board").click()
    plain.get_by_role("button", name="Latest, for the team").click()
    expect(plain.get_by_role("link", name="Board")).to_have_attribute("href", LATEST)

    plain.goto("/palette")
    plain.get_by_role("searchbox", name="Go to").fill("pipe")
    plain.keyboard.press("Enter")
    plain.get_by_role("link", name="train_pipeline").click()
    expect(plain).to_have_url(re.compile("/workflows/train_pipeline/$"))

    plain.goto(PROJECT)
    plain.get_by_role("button", name="Star flytesnacks").click()
    expect(plain.get_by_role("button", name="Star flytesnacks")).to_contain_text("Starred")
