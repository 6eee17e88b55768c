"""The editor in a real browser: a new admin's way, mistakes named while typing, the keyboard."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from linkhub.links.models import LinkDefinition
from linkhub.links.work import drain
from linkhub.runs.documents import RunDocument
from linkhub.runs.models import Pending
from linkhub.runs.record import record_run
from tests import factories as make

ADD = "/admin/links/linkdefinition/add/"
RUN = "/projects/flytesnacks/development/runs/f3a1b2c3/"
DOCUMENT = {
    "workflow": "train_pipeline",
    "engine": "flyte2",
    "phase": "running",
    "started_at": "2026-01-05T10:00:00Z",
    "actions": [
        {
            "name": "a0",
            "task": "train_model",
            "phase": "running",
            "context": {"wandb_entity": "vision", "wandb_project": "cats", "wandb_id": "8a1f"},
            "attempts": [
                {
                    "number": 1,
                    "started_at": "2026-01-05T10:00:01Z",
                    "pods": [{"name": "f3a1b2c3-a0-0", "namespace": "ml-dev", "primary": True}],
                }
            ],
        }
    ],
}


class Actions:
    """What a person does, counted, with a picture after each where a folder is named for them."""

    def __init__(self, page: Page, name: str) -> None:
        self.page = page
        self.name = name
        self.number = 0
        self.folder = os.environ.get("LINKHUB_SCREENSHOTS", "")

    def go(self, path: str) -> None:
        self.page.goto(path)
        self._done()

    def fill(self, label: str, text: str) -> None:
        self.page.get_by_label(label, exact=False).first.fill(text)
        self._done()

    def fill_in(self, name: str, text: str) -> None:
        self.page.fill(f"[name={name}]", text)
        self._done()

    def click(self, role: str, name: str) -> None:
        self.page.get_by_role(role, name=name).first.click()  # type: ignore[arg-type]
        self._done()

    def _done(self) -> None:
        self.number += 1
        if self.folder:
            self.page.wait_for_load_state()
            path = Path(self.folder) / f"{self.name}-{self.number:02}.png"
            self.page.screenshot(path=path, full_page=True)


def push() -> None:
    document = RunDocument.model_validate_json(json.dumps(DOCUMENT))
    record_run(
        project=make.make_project(), domain="development", name="f3a1b2c3", document=document
    )
    drain(Pending.Lane.MAIN, seconds=10)


@pytest.fixture
def admin(page: Page) -> Page:
    make.make_admin()
    page.context.clear_cookies()
    sign_in_as_admin(page)
    return page


def sign_in_as_admin(page: Page) -> None:
    page.goto("/sign-in/")
    page.fill("[name=username]", "root")
    page.fill("[name=password]", make.PASSWORD)
    page.click("main button")


def test_a_new_admin_has_working_links_in_fifteen_actions(page: Page) -> None:
    make.make_admin()
    page.context.clear_cookies()
    me = Actions(page, "new-admin")
    me.go("/")
    me.fill_in("username", "root")
    me.fill_in("password", make.PASSWORD)
    me.click("button", "Sign in")
    me.click("link", "Answer three questions")
    me.fill("Weights & Biases", "https://wandb.ai/vision/cats/runs/8a1f")
    me.fill("Grafana", "https://grafana.example.com/explore")
    me.click("button", "Make the links")
    expect(page.get_by_text("Defined: wandb, pod-logs, workflow-logs.")).to_be_visible()
    push()
    me.go(RUN)

    wandb = page.get_by_role("link", name=re.compile("Weights & Biases")).first
    expect(wandb).to_have_attribute("href", "https://wandb.ai/vision/cats/runs/8a1f")
    logs = page.get_by_role("link", name=re.compile("All workflow logs")).first
    expect(logs).to_have_attribute("href", re.compile(r"^https://grafana\.example\.com/explore\?"))
    assert me.number <= 15


def test_a_pasted_link_becomes_a_definition(admin: Page) -> None:
    push()
    me = Actions(admin, "paste")
    me.go(ADD)
    me.fill("Start from a link", "https://wandb.ai/vision/cats/runs/8a1f")
    me.click("button", "Read it")
    expect(admin.get_by_text("A link of the run f3a1b2c3, to wandb.")).to_be_visible()
    me.click("link", "Use it")
    expect(admin.locator(".ed-url").first).to_have_text("https://wandb.ai/vision/cats/runs/8a1f")
    me.click("button", "Save")

    row = LinkDefinition.objects.select_related("tool").get()
    assert (row.provider, row.tool.base_url if row.tool else "") == (
        "wandb_run",
        "https://wandb.ai",
    )


def test_a_mistyped_variable_is_named_before_saving(admin: Page) -> None:
    push()
    me = Actions(admin, "mistake")
    me.go(ADD)
    me.fill("URL template", "https://b.example.com/{{ .podNme }}")
    expect(admin.get_by_text("unknown variable `podNme`")).to_be_visible()
    expect(admin.locator("#id_template")).to_have_attribute("aria-invalid", "true")
    me.click("button", "Use podName")

    expect(admin.locator("#id_template")).to_have_value("https://b.example.com/{{ .podName }}")
    expect(admin.locator(".ed-url mark")).to_have_text("f3a1b2c3-a0-0")
    expect(admin.get_by_text("1 becomes ready")).to_be_visible()
    assert not LinkDefinition.objects.exists()


def test_variables_and_filters_are_completed_by_keyboard_alone(admin: Page) -> None:
    push()
    admin.goto(ADD)
    field = admin.locator("#id_template")
    field.focus()
    expect(admin.locator("#run-names")).to_have_count(0)
    admin.keyboard.type("https://b.example.com/{{ runN")
    expect(admin.get_by_role("option", name="runName")).to_be_visible()
    admin.keyboard.press("Enter")
    expect(field).to_have_value("https://b.example.com/{{ runName }}")
    expect(admin.locator("#run-names")).to_have_count(1)
    admin.keyboard.type("?x={{ context.wa")
    admin.keyboard.press("ArrowDown")
    expect(admin.get_by_role("option", name="context.wandb_id")).to_have_attribute(
        "data-hint", "= 8a1f"
    )
    admin.keyboard.press("Escape")

    expect(admin.locator("#id_template-choices")).to_be_hidden()


def test_a_provider_is_found_and_brings_its_fields(admin: Page) -> None:
    push()
    admin.goto(ADD)
    admin.get_by_label("Find a tool").fill("pod logs loki")
    expect(admin.get_by_label("BigQuery job")).to_be_hidden()
    admin.get_by_role("radio", name=re.compile("^Pod logs")).check()

    expect(admin.get_by_label("Pod label")).to_be_visible()
    expect(admin.locator("#id_level")).to_have_value("pod")
    expect(admin.locator("#id_key")).to_have_value("grafana-pod-logs")
    expect(admin.locator(".ed-url").first).to_contain_text("f3a1b2c3-a0-0")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_everybody_can_use_it(chromium: Browser, site: str, scheme: str, width: int) -> None:
    push()
    make.make_admin()
    # What axe does to a page, the policy forbids.
    context = chromium.new_context(
        base_url=site,
        bypass_csp=True,
        color_scheme=scheme,  # type: ignore[arg-type]
        viewport={"width": width, "height": 800},
    )
    page = context.new_page()
    sign_in_as_admin(page)
    page.goto(ADD)
    page.locator("#id_template").fill("https://b.example.com/{{ .podName | lower }}/{{ .x }}")
    expect(page.get_by_text("unknown variable `x`")).to_be_visible()
    only = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa"]}}
    found = Axe().run(page, context=".editor", options=only)
    wide = page.evaluate("document.documentElement.scrollWidth")
    context.close()

    assert found.violations_count == 0, found.generate_report()
    assert wide <= width
