"""What only a browser can show: swaps that keep what the viewer does, menus, the strict policy."""

from __future__ import annotations

import re
from datetime import timedelta

from playwright.sync_api import Browser, Page, expect

from linkhub.runs.models import Action, Pending, Run
from linkhub.runs.pending import Unit, mark
from tests import factories as make
from tests.browser.conftest import sign_in

RUN = "/projects/flytesnacks/development/runs/r7/"
WANDB = "https://wandb.example.com/{{ .context.wandb_id }}"


def make_waiting() -> Action:
    make.make_definition("wandb", template=WANDB)
    return make.make_action(make.make_run(), context={})


def give_context(action: Action) -> None:
    """As a recorder does: the fact, and the mark that makes what is stored stale."""
    Action.objects.filter(pk=action.pk).update(context={"wandb_id": "abc"})
    unit = Unit(action.run.project_id, action.run_id, action.pk)
    mark([unit], lane=Pending.Lane.MAIN)


def test_it_signs_in_and_goes_where_the_viewer_wanted(page: Page) -> None:
    make.make_run()
    page.context.clear_cookies()
    page.goto(RUN)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.fill("[name=username]", "ana")
    page.fill("[name=password]", make.PASSWORD)
    page.click("main button")

    expect(page).to_have_url(re.compile(f"{RUN}$"))
    expect(page.get_by_role("heading", name="r7")).to_be_visible()


def test_a_run_page_shows_its_links(page: Page) -> None:
    make.make_definition("board", level="run", template="https://b.example.com/{{.runName}}")
    make_waiting()
    page.goto(RUN)

    expect(page.get_by_role("link", name="Board")).to_have_attribute(
        "href", "https://b.example.com/r7"
    )
    expect(page.get_by_role("link", name="Wandb")).to_contain_text("waiting")


def test_a_waiting_link_turns_ready_by_itself_and_disturbs_nothing(page: Page) -> None:
    action = make_waiting()
    page.goto(RUN)
    box = page.get_by_role("combobox", name="Find")
    box.press_sequentially("abc")
    page.evaluate("document.querySelector('[data-search]').setSelectionRange(1, 2)")
    give_context(action)

    ready = page.locator('a.chip.ready[href="https://wandb.example.com/abc"]')
    expect(ready).to_be_visible()
    expect(box).to_be_focused()
    expect(box).to_have_value("abc")
    chosen = "(e => [e.selectionStart, e.selectionEnd])(document.activeElement)"
    assert page.evaluate(chosen) == [1, 2]


def test_focus_stays_on_a_link_that_is_swapped(page: Page) -> None:
    action = make_waiting()
    make.make_definition("board", template="https://b.example.com/")
    page.goto(RUN)
    link = page.get_by_role("link", name="Board")
    link.focus()
    give_context(action)

    expect(page.locator("a.chip.ready", has_text="Wandb")).to_be_visible()
    expect(link).to_be_focused()


def test_it_stops_asking_once_nothing_can_change(page: Page) -> None:
    run = make.make_run()
    page.goto(RUN)
    expect(page.locator("#run-body[hx-trigger]")).to_be_visible()
    Run.objects.filter(pk=run.pk).update(phase="succeeded", ended_at=make.ENDED)

    expect(page.locator("#run-body:not([hx-trigger])")).to_be_visible()
    expect(page.locator(".page-head .phase")).to_have_text("succeeded")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(2500)
    assert asked == []


def test_an_open_menu_stays_open_while_the_table_updates(page: Page) -> None:
    tool = make.make_tool()
    for key in ("one", "two", "three"):
        template = f"https://grafana.example.com/{key}"
        make.make_definition(key, level="run", tool=tool, template=template)
    run = make.make_run()
    page.goto("/links/")
    page.locator("summary", has_text="+2").click()
    items = page.locator("td .menu .items")
    expect(items).to_be_visible()
    Run.objects.filter(pk=run.pk).update(phase="paused")

    expect(page.locator("td .phase")).to_have_text("paused")
    expect(items).to_be_visible()
    page.keyboard.press("Escape")
    expect(items).to_be_hidden()


def test_a_run_that_is_not_there_turns_up(page: Page) -> None:
    page.goto(RUN)
    expect(page.get_by_role("heading", name="Not here yet")).to_be_visible()
    make.make_run()

    expect(page.get_by_role("heading", name="r7")).to_be_visible()
    expect(page).to_have_title("r7 · running · flytesnacks · LinkHub")


def test_go_redirects_to_the_tool(page: Page, site: str) -> None:
    make.make_definition("tool", level="run", template=f"{site}/healthz")
    make.make_run()
    page.goto("/go/flytesnacks/development/latest/tool")

    expect(page).to_have_url(f"{site}/healthz")


def test_go_waits_and_then_goes(page: Page, site: str) -> None:
    make.make_definition("tool", template=site + "/healthz?run={{ .context.wandb_id }}")
    action = make.make_action(make.make_run(), context={})
    page.goto("/go/flytesnacks/development/r7/tool")
    expect(page.locator("#go-state").get_by_role("status")).to_contain_text("waiting")
    give_context(action)

    expect(page).to_have_url(f"{site}/healthz?run=abc")


def test_load_more_keeps_its_place_with_back(page: Page) -> None:
    for index in range(60):
        created = make.CREATED + timedelta(minutes=index)
        make.make_run(f"run-{index:02}", created_at=created, phase="succeeded")
    page.goto("/links/")
    expect(page.get_by_role("row")).to_have_count(51)
    page.get_by_role("link", name="Load more").click()
    expect(page.get_by_role("row")).to_have_count(61)
    page.get_by_role("link", name="run-05").click()
    expect(page.get_by_role("heading", name="run-05")).to_be_visible()
    page.go_back()

    expect(page.get_by_role("row")).to_have_count(61)
    page.go_back()
    expect(page.get_by_role("row")).to_have_count(51)


def test_a_slash_leads_to_the_search_box(page: Page) -> None:
    make.make_run()
    page.goto("/projects/")
    page.keyboard.press("/")
    page.keyboard.type("r7")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(f"{RUN}$"))


def test_it_reads_without_javascript(chromium: Browser, site: str) -> None:
    tool = make.make_tool()
    for key in ("one", "two"):
        template = f"https://grafana.example.com/{key}"
        make.make_definition(key, level="run", tool=tool, template=template)
    make_waiting()
    context = chromium.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    sign_in(page)
    page.goto("/links/")
    page.locator("summary", has_text="+1").click()

    expect(page.get_by_role("link", name="Two")).to_be_visible()
    page.get_by_role("link", name="Wandb").click()
    expect(page.locator("#go-state").get_by_role("status")).to_contain_text("context.wandb_id")
    context.close()


def test_the_admins_forms_work_under_the_policy(page: Page) -> None:
    make.make_admin()
    page.context.clear_cookies()
    page.goto("/admin/")
    page.fill("[name=username]", "root")
    page.fill("[name=password]", make.PASSWORD)
    page.click("main [type=submit]")
    page.goto("/admin/links/linkdefinition/add/")
    page.fill("[name=key]", "board")
    page.fill("[name=name]", "Board")
    page.fill("[name=template]", "https://b.example.com/{{ .runNam }}")
    page.click("[name=_save]")

    expect(page.locator("#template-problem .errorlist")).to_contain_text("runName")
