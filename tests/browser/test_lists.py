"""Lists of runs in a browser: filters, order, columns and menus that survive a swap and Back."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from linkhub.runs.models import Run, WorkflowDay
from tests import factories as make
from tests.browser.conftest import sign_in

PHASES = ("succeeded", "failed", "succeeded")


def make_runs(number: int = 3) -> None:
    """Ended, the last one the newest, with two links of one tool and one of another."""
    grafana, wandb = make.make_tool("grafana"), make.make_tool("wandb")
    for key, tool in (("board", grafana), ("logs", grafana), ("train", wandb)):
        template = f"{tool.base_url}/{key}/{{{{.runName}}}}"
        make.make_definition(key, level="run", tool=tool, template=template)
    for index in range(number):
        created = make.CREATED + timedelta(minutes=index)
        ended = make.ENDED + timedelta(hours=number - index)
        phase = PHASES[index % 3]
        make.make_run(f"run-{index:02}", created_at=created, phase=phase, ended_at=ended)


def names(page: Page) -> list[str]:
    return page.locator("tbody .name-cell > a").all_inner_texts()


def heads(page: Page) -> list[str]:
    return page.locator("thead th .tool").all_inner_texts()


def shown(tip: Locator) -> bool:
    """Whether it can be read, and all of it is on the screen."""
    box = tip.bounding_box()
    assert box is not None
    return box["width"] > 60 and 0 <= box["x"] <= 1280 - box["width"]


def test_filters_are_added_and_removed_and_back_undoes_them(page: Page) -> None:
    make_runs()
    page.goto("/links/")
    page.locator("#filter-phase summary").click()
    page.get_by_role("link", name="failed", exact=True).click()
    expect(page).to_have_url(re.compile(r"/links/\?phase=failed$"))
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="remove this filter").click()
    expect(page.locator("tbody tr")).to_have_count(3)
    page.go_back()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator(".filter-chip")).to_have_text(re.compile("failed"))
    page.go_back()
    expect(page.locator("tbody tr")).to_have_count(3)
    page.go_forward()

    expect(page.locator("tbody tr")).to_have_count(1)


def test_the_form_of_filters_leaves_a_tidy_address(page: Page) -> None:
    make_runs()
    page.goto("/links/?phase=succeeded")
    page.locator("#filter-more summary").click()
    page.get_by_label("Domain").fill("development")
    page.get_by_label("Created since").fill("2026-01-05")
    page.get_by_role("button", name="Filter").click()

    address = r"/links/\?phase=succeeded&domain=development&since=2026-01-05$"
    expect(page).to_have_url(re.compile(address))
    assert names(page) == ["run-02", "run-00"]


def test_words_narrow_the_list(page: Page) -> None:
    make_runs()
    page.goto("/links/")
    page.get_by_label("Run or workflow contains").fill("N-01")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"\?q=N-01$"))
    assert names(page) == ["run-01"]


def test_the_order_is_a_click_and_stays_with_back(page: Page) -> None:
    make_runs()
    page.goto("/links/")
    assert names(page) == ["run-02", "run-01", "run-00"]
    page.get_by_role("link", name="Ended").click()
    expect(page.locator("tbody .name-cell > a").first).to_have_text("run-00")
    assert names(page) == ["run-00", "run-01", "run-02"]
    page.go_back()

    expect(page.locator("tbody .name-cell > a").first).to_have_text("run-02")


def test_columns_are_hidden_and_moved_while_their_menu_stays_open(page: Page) -> None:
    make_runs()
    page.goto("/links/")
    assert heads(page) == ["grafana", "wandb"]
    page.locator("#column-menu summary").click()
    page.get_by_role("link", name="Move wandb to the left").click()
    expect(page.locator("thead th .tool").first).to_have_text("wandb")
    page.get_by_role("link", name="Hide grafana").click()
    expect(page.locator("thead th .tool")).to_have_count(1)
    expect(page.get_by_role("link", name="Show grafana")).to_be_visible()
    page.reload()

    assert heads(page) == ["wandb"]


def test_a_menu_in_a_cell_works_by_keyboard(page: Page) -> None:
    make_runs(1)
    page.goto("/links/")
    summary = page.locator("td summary")
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    link = page.locator(".items .chip", has_text="Logs")
    expect(link).to_be_focused()
    expect(link).to_have_attribute("href", "https://grafana.example.com/logs/run-00")
    page.keyboard.press("Escape")

    expect(link).to_be_hidden()
    expect(summary).to_be_focused()


def test_load_more_keeps_filters_scroll_and_place_with_back(page: Page) -> None:
    make_runs(60)
    page.goto("/links/?q=run&column=wandb")
    more = page.get_by_role("link", name="Load more")
    more.scroll_into_view_if_needed()
    place = page.evaluate("scrollY")
    more.click()
    expect(page.locator("tbody tr")).to_have_count(60)
    assert page.evaluate("scrollY") == place
    page.get_by_role("link", name="run-01").click()
    expect(page.get_by_role("heading", name="run-01")).to_be_visible()
    page.go_back()

    expect(page.locator("tbody tr")).to_have_count(60)
    expect(page).to_have_url(re.compile(r"q=run&column=wandb&show=100$"))
    expect(page.get_by_role("link", name="run-01")).to_be_in_viewport()


def test_state_and_reason_show_on_hover_and_on_focus(page: Page) -> None:
    make.make_definition("late", level="run", template="https://x.example.com/{{.context.id}}")
    make.make_run(phase="succeeded")
    page.goto("/links/")
    chip = page.locator("td .chip")
    tip = chip.locator(".tip")
    assert not shown(tip)
    chip.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")

    assert shown(tip)
    chip.blur()
    assert not shown(tip)
    chip.hover()
    assert shown(tip)
    expect(tip).to_have_text(re.compile("^missing: .*context.id"))


@pytest.mark.parametrize("path", ["/links/", "/projects/flytesnacks/links/"])
def test_the_head_stays_in_sight(page: Page, path: str) -> None:
    make_runs(60)
    page.goto(path)
    page.evaluate("scrollTo(0, 1500)")
    expect(page.locator("thead th").first).to_be_in_viewport()


def test_what_is_typed_survives_an_update(page: Page) -> None:
    run = make.make_run()
    page.goto("/links/")
    box = page.get_by_label("Run or workflow contains")
    box.press_sequentially("half a wo")
    Run.objects.filter(pk=run.pk).update(phase="paused")
    expect(page.locator("td .phase")).to_have_text("paused")

    expect(box).to_be_focused()
    expect(box).to_have_value("half a wo")


def test_filters_columns_and_order_work_without_javascript(chromium: Browser, site: str) -> None:
    make_runs()
    context = chromium.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    sign_in(page)
    page.goto("/links/")
    page.locator("#filter-phase summary").click()
    page.get_by_role("link", name="failed", exact=True).click()
    page.locator("#column-menu summary").click()
    page.get_by_role("link", name="Hide grafana").click()
    page.get_by_role("link", name="By workflow").click()
    page.get_by_role("link", name="Ended").click()

    wanted = r"\?phase=failed&column=wandb&group=workflow&order=-ended$"
    expect(page).to_have_url(re.compile(wanted))
    assert names(page) == ["run-01"]
    assert heads(page) == ["wandb"]
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_lists_strips_and_plots_break_no_rule_of_accessibility(
    chromium: Browser, site: str, scheme: Literal["light", "dark"]
) -> None:
    """The policy is off here alone: axe writes styles into the page to measure its colours."""
    make_runs()
    make.make_definition("late", level="run", template="https://x.example.com/{{.context.id}}")
    today = datetime.now(UTC).date()
    for ago, outcomes in enumerate(({"succeeded": 3, "failed": 1}, {"running": 1}, {"failed": 2})):
        WorkflowDay.objects.create(
            workflow=make.make_workflow(),
            day=today - timedelta(days=ago),
            outcomes=outcomes,
            coverage={"grafana": [1, 2], "wandb": [ago, ago]},
        )
    context = chromium.new_context(base_url=site, bypass_csp=True, color_scheme=scheme)
    page = context.new_page()
    sign_in(page)
    broken: dict[str, list[tuple[str, str]]] = {}
    for path in (
        "/links/?group=workflow&phase=failed&q=run",
        "/links/?phase=nonsense",
        "/links/?user=nobody",
        "/projects/flytesnacks/",
        "/projects/flytesnacks/workflows/train_pipeline/",
    ):
        page.goto(path)
        page.evaluate("for (const each of document.querySelectorAll('.as-table')) each.open = true")
        for menu in ("#filter-more", "#column-menu"):
            if page.locator(menu).count():
                page.locator(f"{menu} summary").click()
                broken |= _violations(page, f"{path} {menu}")
        broken |= _violations(page, path)
    context.close()

    assert broken == {}


def _violations(page: Page, what: str) -> dict[str, list[tuple[str, str]]]:
    found = Axe().run(page).response["violations"]
    return {what: [(each["id"], each["nodes"][0]["html"]) for each in found]} if found else {}


ODD = ["<script>alert(1)</script>", "x" * 250, "مرحبا بالعالم", "e\u0301" * 100, "👩‍🔬" * 60]


@pytest.mark.parametrize("width", [360, 1280])
def test_odd_names_and_many_links_keep_lists_whole(page: Page, width: int) -> None:
    tools = [make.make_tool(f"tool-{number}", title=ODD[number % 5]) for number in range(9)]
    for number, tool in enumerate(tools):
        template = f"https://t{number}.example.com/{{{{.runName}}}}"
        make.make_definition(
            f"l{number}", name=ODD[number % 5], level="run", tool=tool, template=template
        )
    for name in ODD:
        run = make.make_run(name, workflow=name, domain=name, launched_by=name, phase="failed")
        WorkflowDay.objects.create(workflow=run.workflow, day=make.CREATED.date())
    for number in range(400):
        body = {"name": ODD[number % 5], "url": "https://x.example.com/"}
        make.make_attached(run, key=f"link-{number}", body=body)
    page.set_viewport_size({"width": width, "height": 800})
    for path in ("/", "/links/", "/links/?group=workflow&q=e", "/projects/flytesnacks/"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.locator("tbody .name-cell").count() >= 5 or "q=" in path
