"""Ten usual tasks as a new user does them, from the home page: each in as few steps as told.

`docs/usage.md` has the table. A step is a click, a paste (which Enter ends) or a word typed in.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from linkhub.accounts.models import Membership, User
from linkhub.pages.models import Pin, SavedView
from linkhub.pages.pins import add_pin
from tests import factories as make

GUIDE = Path(__file__).parents[2] / "docs" / "usage.md"
LINE = re.compile(r"^\| (?P<task>[^|]+?) \| (?P<clicks>\d+) \| (?P<typed>\d+) \|", re.MULTILINE)
LATEST = "/go/flytesnacks/development/latest/board?workflow=train_pipeline"


class Person:
    """Does what a person does, and counts it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = self.typed = 0

    def click(self, locator: Locator) -> None:
        self.clicks += 1
        locator.click()

    def link(self, name: str) -> None:
        self.click(self.page.get_by_role("link", name=name).first)

    def button(self, name: str) -> None:
        self.click(self.page.get_by_role("button", name=name).first)

    def find(self, text: str) -> None:
        """In the box that `/` leads to."""
        self.typed += 1
        self.page.keyboard.press("/")
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Enter")

    def go_to(self, word: str) -> None:
        """By the palette."""
        self.typed += 1
        self.page.keyboard.press("Control+k")
        self.page.keyboard.type(word)
        self.page.keyboard.press("Enter")

    def is_at(self, address: str) -> None:
        expect(self.page).to_have_url(re.compile(f"{re.escape(address)}$"))


def open_pod_logs(me: Person) -> None:
    me.link("r7")
    me.link("Logs")
    me.is_at("https://grafana.example.com/pod-7")


def open_wandb_of_the_newest_run(me: Person) -> None:
    me.link("Board")
    me.is_at("https://b.example.com/r7")


def find_by_url(me: Person) -> None:
    me.find("https://wandb.ai/vision/cats/runs/r7-a0")
    me.is_at("/runs/r7/actions/a0/")


def find_by_pod(me: Person) -> None:
    me.find("pod-7")
    me.is_at("/runs/r7/actions/a0/")


def see_why_a_link_is_missing(me: Person) -> None:
    me.link("Wandb")
    expect(me.page.get_by_role("status").first).to_contain_text("context.wandb_id")


def see_all_links_of_a_project(me: Person) -> None:
    me.click(me.page.get_by_role("main").get_by_role("link", name="flytesnacks").first)
    me.link("All workflow links")
    me.is_at("/projects/flytesnacks/links/")


def go_to_a_workflow(me: Person) -> None:
    me.go_to("pipe")
    me.is_at("/workflows/train_pipeline/")


def copy_the_latest_link(me: Person) -> None:
    me.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    me.link("r7")
    me.link("Copy and pin")
    me.button("Copy the address of Board, latest")
    expect(me.page.get_by_text("Copied.")).to_be_visible()
    assert me.page.evaluate("navigator.clipboard.readText()").endswith(LATEST)


def pin_it_for_the_team(me: Person) -> None:
    me.link("r7")
    me.link("Copy and pin")
    me.click(me.page.get_by_label("Pin Board"))
    me.button("Latest, for the team")
    expect(me.page.get_by_text("Pinned.")).to_be_visible()
    assert Pin.objects.get(user=None).address == LATEST


def follow_a_pin(me: Person) -> None:
    project, ana = make.make_project(), User.objects.get()
    add_pin(project=project, owner=ana, title="Our board", address=LATEST)
    me.go_to("our board")
    me.is_at("https://b.example.com/r7")


def save_a_view(me: Person) -> None:
    me.click(me.page.get_by_role("navigation").get_by_role("link", name="Links"))
    me.link("Save view")
    me.typed += 1
    me.page.get_by_label("Name").fill("Everything")
    me.button("Save")
    me.is_at("/views/")
    assert SavedView.objects.get().name == "Everything"


TASKS: dict[str, Callable[[Person], None]] = {
    "Open a run's pod logs": open_pod_logs,
    "Open the newest run's board": open_wandb_of_the_newest_run,
    "Find the run behind a W&B address": find_by_url,
    "Find the step that a pod belongs to": find_by_pod,
    "See why a link is not there": see_why_a_link_is_missing,
    "See all links of a project": see_all_links_of_a_project,
    "Go to a workflow": go_to_a_workflow,
    "Copy the address of a link of the latest run": copy_the_latest_link,
    "Pin it for the team": pin_it_for_the_team,
    "Follow a pinned link": follow_a_pin,
    "Save a view": save_a_view,
}


@pytest.fixture
def me(page: Page) -> Person:
    """A maintainer on the home page; the tools are stand-ins."""
    make.make_member(make.make_project(), User.objects.get(), Membership.Role.MAINTAINER)
    for key, level, template in (
        ("board", "run", "https://b.example.com/{{.runName}}"),
        ("logs", "pod", "https://grafana.example.com/{{ .podName }}"),
        ("wandb", "action", "https://wandb.ai/{{ .context.wandb_id }}"),
    ):
        tool = make.make_tool(key)
        make.make_definition(key, level=level, template=template, tool=tool, new_tab=False)
    run = make.make_run(phase="succeeded", ended_at=make.ENDED)
    action = make.make_action(run, context={}, phase="succeeded", ended_at=make.ENDED)
    make.make_pod(make.make_attempt(action), "pod-7")
    page.context.route("https://*.example.com/**", stand_in)
    page.goto("/")
    return Person(page)


def stand_in(route: Route) -> None:
    route.fulfill(body="a tool")


@pytest.mark.parametrize("task", TASKS)
def test_it_takes_as_many_steps_as_the_guide_says(me: Person, task: str) -> None:
    TASKS[task](me)

    told = {found["task"]: found for found in LINE.finditer(GUIDE.read_text("utf-8"))}
    assert (me.clicks, me.typed) == (int(told[task]["clicks"]), int(told[task]["typed"]))


def test_the_guide_tells_of_these_tasks_alone() -> None:
    assert [found["task"] for found in LINE.finditer(GUIDE.read_text("utf-8"))] == list(TASKS)
