"""A run as Markdown, text and JSON."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from tests import factories as make
from tests.pages.conftest import RUN
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
WANDB = "https://wandb.example.com/{{ .context.wandb_id }}"


def text(client: Client, form: str, path: str = RUN) -> str:
    response = client.get(f"{path}?format={form}")
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def made(db: None) -> None:
    make.make_definition("board", level="run", template="https://b.example.com/{{.runName}}")
    make.make_definition("wandb", template=WANDB)
    make.make_action(make.make_run(launched_by="ana"), "a0")


def test_it_tells_a_run_in_markdown(client: Client, made: None) -> None:
    assert text(client, "md") == (
        f"# [r7](http://testserver{RUN})\n\n"
        "train\\_pipeline · flytesnacks · development · running"
        " · created 2026-01-05 10:00:00 UTC · by ana\n\n"
        "## Links of this run\n\n"
        "- [Custom: Board](https://b.example.com/r7)\n\n"
        "## train\\_model (a0)\n\n"
        "- Custom: Wandb: waiting (Waiting for context.wandb\\_id.)\n"
    )


def test_it_tells_a_run_in_text(client: Client, made: None) -> None:
    lines = text(client, "txt").splitlines()

    assert lines[:2] == ["r7", f"http://testserver{RUN}"]
    assert "  Custom: Board: https://b.example.com/r7" in lines


def test_it_tells_a_run_in_json_by_the_apis_names(client: Client, made: None) -> None:
    found = json.loads(text(client, "json"))

    assert (found["run"], found["phase"], found["launched_by"]) == ("r7", "running", "ana")
    board, wandb = found["links"]
    assert (board["key"], board["url"], board["tool"]) == (
        "board",
        "https://b.example.com/r7",
        None,
    )
    assert (wandb["action"], wandb["url"], wandb["state"]) == ("a0", None, "waiting")


@pytest.mark.parametrize(
    ("form", "kind"),
    [("md", "text/markdown"), ("txt", "text/plain"), ("json", "application/json")],
)
def test_no_browser_takes_it_for_a_page(client: Client, made: None, form: str, kind: str) -> None:
    assert client.get(f"{RUN}?format={form}")["Content-Type"] == f"{kind}; charset=utf-8"


def test_a_name_is_no_markdown(client: Client) -> None:
    name = "](https://evil.example.com/) **x** <b> `y`"
    make.make_attached(make.make_run(), body={"name": name, "url": "https://ok.example.com/(x)"})
    page = text(client, "md")

    assert "[Custom: \\](https://evil.example.com/) \\*\\*x\\*\\* \\<b\\> \\`y\\`](" in page
    assert page.rstrip().endswith("(https://ok.example.com/%28x%29)")


def test_another_form_is_the_page(client: Client, made: None) -> None:
    assert text(client, "pdf").startswith("<!doctype html>")


def test_its_queries_do_not_grow(client: Client) -> None:
    make.make_definition("board", template="https://b.example.com/")
    few, many = make.make_run("few"), make.make_run("many")
    for run, number in ((few, 2), (many, 7)):
        for index in range(number):
            make.make_action(run, f"a{index}")
    few_path, many_path = RUN.replace("r7", "few"), RUN.replace("r7", "many")

    assert queries_of(lambda: text(client, "md", many_path)) == queries_of(
        lambda: text(client, "md", few_path)
    )
