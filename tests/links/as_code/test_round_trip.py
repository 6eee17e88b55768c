"""`export`, then `apply` where nothing is: the same definitions and tools."""

from __future__ import annotations

import os
from typing import Any

import pytest
import yaml
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from linkhub.accounts.models import Project
from linkhub.links.as_code.exporting import as_yaml, export
from linkhub.links.as_code.tree import read_yaml
from linkhub.links.definitions import save_definition, save_tool
from linkhub.links.documents import (
    DefinitionDocument,
    ToolDocument,
    definition_as_document,
    tool_as_document,
)
from linkhub.links.models import LinkDefinition, Tool
from tests.factories import make_definition, make_project, make_tool
from tests.links.as_code.files import FILE, apply

# `ROUND_TRIPS` asks for more than the few of every run of the tests.
ROUND_TRIPS = int(os.environ.get("ROUND_TRIPS", "12"))
LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0{}[]")
TEXT = st.text(LETTERS, max_size=12) | st.sampled_from(
    [
        "no",
        "null",
        "1e3",
        "0o17",
        "007",
        "1:30",
        "~",
        "- a",
        "a: b",
        "# x",
        " x ",
        "*a",
        "|",
        "é\n x\n",
    ]
)
SHORT = TEXT.filter(lambda text: text != "")
SCALARS = TEXT | st.integers(-(2**53), 2**53) | st.booleans() | st.floats(-1e9, 1e9)
GLOBS = SHORT | st.lists(SHORT, min_size=1, max_size=3)
CONDITIONS = st.fixed_dictionaries(
    {"variable": st.just("context.x"), "op": st.just("equals"), "value": SCALARS}
)
TOOLS = st.fixed_dictionaries(
    {"kind": st.just("custom")},
    optional={
        "title": TEXT,
        "settings": st.dictionaries(SHORT, TEXT, max_size=3),
        "overrides": st.lists(
            st.fixed_dictionaries({"domain": GLOBS, "settings": st.dictionaries(SHORT, TEXT)}),
            max_size=2,
        ),
        "base_url": st.just("https://x.example.com/y"),
        "position": st.integers(-10, 10),
        "check_links": st.booleans(),
    },
)
DEFINITIONS = st.fixed_dictionaries(
    {"template": st.just("https://x.example.com/{{ .project }}")},
    optional={
        "name": TEXT,
        "description": TEXT,
        "level": st.sampled_from(["project", "run", "action", "attempt", "pod"]),
        "tool": st.just("tool"),
        "params": st.dictionaries(SHORT, SCALARS | st.none(), max_size=3),
        "select": st.fixed_dictionaries(
            {}, optional={"workflow": GLOBS, "labels": st.dictionaries(SHORT, GLOBS, max_size=2)}
        ),
        "when": st.fixed_dictionaries({}, optional={"all": st.lists(CONDITIONS, max_size=2)}),
        "ttl": st.sampled_from(["30d", "90s"]),
        "group": TEXT,
        "position": st.integers(-5, 5),
        "show_while_pending": st.booleans(),
        "new_tab": st.booleans(),
        "enabled": st.booleans(),
        "link_type": st.sampled_from(["external", "logs"]),
    },
)
STORED = st.tuples(
    TOOLS,
    st.dictionaries(
        st.tuples(st.sampled_from([None, "p", "no"]), st.from_regex(r"\A[a-z0-9_-]{1,5}\Z")),
        DEFINITIONS,
        max_size=3,
    ),
)


def stored() -> Any:
    rows = LinkDefinition.objects.alive().select_related("project", "tool")
    definitions = [definition_as_document(row) for row in rows.order_by("project__name", "key")]
    return definitions, [tool_as_document(row) for row in Tool.objects.all()]


def store(tool: dict[str, Any], definitions: dict[tuple[str | None, str], Any]) -> None:
    save_tool(name="tool", document=ToolDocument.model_validate(tool))
    for (owner, key), document in definitions.items():
        project = make_project(owner) if owner else None
        given = DefinitionDocument.model_validate(document)
        save_definition(project=project, key=key, document=given)


def empty() -> None:
    LinkDefinition.objects.all().delete()
    Tool.objects.all().delete()
    Project.objects.all().delete()


class TestAnything(TestCase):
    @given(STORED)
    @settings(max_examples=ROUND_TRIPS, deadline=None)
    def test_it_comes_back_the_same(self, given: Any) -> None:
        with transaction.atomic():
            store(*given)
            before, text = stored(), as_yaml(export())
            empty()
            apply(text)
            assert stored() == before
            assert apply(text).steps == []
            # Whoever reads YAML 1.1, as most do, finds the same.
            assert yaml.safe_load(text) == read_yaml(text).data
            transaction.set_rollback(True)


@pytest.mark.django_db
def test_it_exports_one_project_without_tools() -> None:
    make_tool()
    make_definition("a")
    make_definition("b", project=make_project())
    file = export(project=make_project())
    assert ("tools" in file, [each["key"] for each in file["definitions"]]) == (False, ["b"])


@pytest.mark.django_db
def test_it_exports_what_a_label_keeps() -> None:
    apply(FILE)
    make_definition("by-hand")
    file = export(label="platform")
    assert file["label"] == "platform"
    assert [each["key"] for each in file["definitions"]] == ["board", "pod-logs"]


@pytest.mark.django_db
def test_it_leaves_out_what_goes_without_saying() -> None:
    apply("definitions: [{key: x, template: 'https://x.example.com'}]")
    assert export()["definitions"] == [{"key": "x", "template": "https://x.example.com"}]
