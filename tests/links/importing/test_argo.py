"""Argo's links as definitions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from linkhub.links.importing.importing import find_links

pytestmark = pytest.mark.django_db


def found(*links: dict[str, Any]) -> Any:
    return find_links("argo", json.dumps({"links": links}))


def template(scope: str, url: str) -> str:
    [definition] = found({"name": "L", "scope": scope, "url": f"https://l.test/{url}"}).definitions
    return str(definition["template"]).removeprefix("https://l.test/")


@pytest.mark.parametrize(
    ("scope", "field", "expected"),
    [
        ("workflow", "metadata.name", "runName"),
        ("workflow", "metadata.namespace", "namespace"),
        ("workflow", "workflow.metadata.name", "runName"),
        ("workflow", "metadata.labels.team", 'labels["team"]'),
        ("workflow", "status.startedAtEpoch", "runStartTime | epoch_ms"),
        ("workflow", "status.finishedAt", "runEndTime"),
        ("pod", "metadata.name", "podName"),
        ("pod-logs", "status.finishedAtEpoch", "endTime | epoch_ms"),
        ("pod", "workflow.metadata.name", "runName"),
        ("pod", "workflow.metadata.labels.a/b", 'labels["a/b"]'),
    ],
)
def test_it_knows_the_fields(scope: str, field: str, expected: str) -> None:
    assert template(scope, "${" + field + "}") == "{{ " + expected + " }}"


@pytest.mark.parametrize(
    ("scope", "level", "link_type"),
    [
        ("workflow", "run", None),
        ("pod", "pod", None),
        ("pod-logs", "pod", "logs"),
        ("chat", "project", None),
    ],
)
def test_it_knows_the_scopes(scope: str, level: str, link_type: str | None) -> None:
    [definition] = found({"name": "L", "scope": scope, "url": "https://l.test/"}).definitions
    assert (definition["level"], definition["link_type"]) == (level, link_type or "external")


def test_it_keeps_the_tab() -> None:
    link = {"name": "L", "scope": "workflow", "url": "https://l.test/", "target": "_self"}
    assert found(link).definitions[0]["new_tab"] is False


@pytest.mark.parametrize(
    ("scope", "url", "why"),
    [
        ("event-source-logs", "https://l.test/", "no event sources"),
        ("sensor-logs", "https://l.test/", "no sensors"),
        ("planet", "https://l.test/", "the scope planet"),
        ("workflow", "/relative", "leads into Argo itself"),
        ("workflow", "https://l.test/${metadata.annotations.x}", "no value for ${metadata.ann"),
        ("chat", "https://l.test/${metadata.name}", "no value outside of a workflow"),
        ("workflow", "https://l.test/{{x}}", "begins a variable here"),
        ("workflow", "https://l.test/a b", ""),
    ],
)
def test_it_says_why_it_leaves_something_out(scope: str, url: str, why: str) -> None:
    result = found({"name": "L", "scope": scope, "url": url})
    assert result.definitions == []
    assert why in str(result.left_out[0])


def test_it_notes_that_an_open_end_is_now() -> None:
    result = found({"name": "L", "scope": "pod", "url": "https://l.test/${status.finishedAt}"})
    assert "the end is now" in str(result.notes[0])


def test_it_reads_a_config_map() -> None:
    config = "links:\n  - name: L\n    scope: workflow\n    url: https://l.test/${metadata.name}\n"
    for data in ({"config": config}, {"links": config.removeprefix("links:\n")}):
        text = json.dumps({"kind": "ConfigMap", "data": data})
        assert len(find_links("argo", text).definitions) == 1
