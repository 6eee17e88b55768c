"""A whole page or one partial of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django_htmx.middleware import HtmxDetails

from linkhub.pages.rendering import asked_partial
from tests.pages.conftest import htmx


def asked(headers: dict[str, str]) -> str:
    request = RequestFactory().get("/", headers=headers)
    request.htmx = HtmxDetails(request)
    return asked_partial(request)


@pytest.mark.parametrize("target", ["div#run-table", "run-table"])
def test_it_reads_the_partial_from_the_target(target: str) -> None:
    assert asked(htmx(target)) == "run_table"


def test_it_takes_a_plain_request_for_the_whole_page() -> None:
    assert asked({}) == ""


def test_it_takes_a_full_request_for_the_whole_page() -> None:
    assert asked(htmx("body", "full")) == ""
    assert asked(htmx("div#run-table", "full")) == ""


def test_it_takes_a_history_restore_for_the_whole_page() -> None:
    headers = htmx("div#run-table") | {"HX-History-Restore-Request": "true"}

    assert asked(headers) == ""


TEMPLATES = Path(__file__).parent.parent.parent / "templates"
OWN = [path for path in TEMPLATES.rglob("*.html") if path.parent.name not in {"api", "admin"}]


@pytest.mark.parametrize("path", OWN, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_template_keeps_to_the_strict_policy(path: Path) -> None:
    text = path.read_text()

    assert not re.search(r"\son\w+=|\sstyle=|hx-on|js:|javascript:|<style|<script>", text)
    assert not re.search(r'hx-trigger="[^"]*\[', text)


@pytest.mark.parametrize("path", OWN, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_partial_is_the_element_of_its_name(path: Path) -> None:
    for name, first in re.findall(r"{% partialdef (\w+) inline %}\s*(<[^{>]*)", path.read_text()):
        assert f'id="{name.replace("_", "-")}"' in first


def test_it_renders_once_what_uses_nothing() -> None:
    source = "{% load linkhub_pages %}{% once %}{% ui_icon 'x' %}{{ name }}{% endonce %}{{ name }}"
    found = Template(source)
    first, second = (found.render(Context({"name": name})) for name in ("ana", "bo"))
    assert (first.count("ana"), second.count("bo"), first[:-3]) == (1, 1, second[:-2])
    assert "#ui-x" in first


def test_what_is_rendered_once_uses_no_variable() -> None:
    inside = re.compile(r"{% once %}(.*?){% endonce %}", re.DOTALL)
    found = [
        text for path in TEMPLATES.rglob("*.html") for text in inside.findall(path.read_text())
    ]
    assert found
    assert not [part for part in found if "{{" in part or "{% csrf" in part]
