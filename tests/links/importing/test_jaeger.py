"""Jaeger's link patterns as definitions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from linkhub.links.importing.importing import find_links

pytestmark = pytest.mark.django_db


def found(pattern: dict[str, Any], **options: Any) -> Any:
    given = {"type": "traces", "text": "Logs"} | pattern
    return find_links("jaeger", json.dumps({"linkPatterns": [given]}), **options)


def template(url: str, **more: Any) -> str:
    [definition] = found({"url": f"https://l.test/{url}"} | more).definitions
    return str(definition["template"]).removeprefix("https://l.test/")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("#{traceID}", "{{ context.trace_id }}"),
        ("#{startTime}", "{{ startTime | epoch_us }}"),
        ("#{endTime | epoch_micros_to_date_iso}", '{{ endTime | iso("ms") }}'),
        (
            "#{startTime | add -60000000 | epoch_micros_to_date_iso}",
            '{{ startTime | shift("-60s") | iso("ms") }}',
        ),
        ("#{startTime | add 5000000}", '{{ startTime | shift("5s") | epoch_us }}'),
    ],
)
def test_it_knows_a_traces_fields(url: str, expected: str) -> None:
    assert template(url) == expected


def test_it_takes_a_tag_for_a_value_of_the_context() -> None:
    [definition] = found(
        {"type": "tags", "key": "job.id", "url": "https://l.test/#{job.id}/#{trace.traceID}"}
    ).definitions
    assert definition["template"] == 'https://l.test/{{ context["job.id"] }}/{{ context.trace_id }}'
    assert [rule["variable"] for rule in definition["when"]["all"]] == [
        'context["job.id"]',
        "context.trace_id",
    ]


def test_it_takes_a_tag_for_a_label_where_asked() -> None:
    pattern = {"type": "process", "key": "team", "url": "https://l.test/#{team}"}
    [definition] = found(pattern, tags="labels").definitions
    assert definition["template"] == "https://l.test/{{ labels.team }}"


def test_it_names_a_link_by_its_text() -> None:
    [definition] = found({"url": "https://l.test/", "text": "Logs of #{traceID}"}).definitions
    assert (definition["name"], definition["key"]) == ("Logs of {{ context.trace_id }}", "logs-of")


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ({"type": "logs", "url": "https://l.test/"}, "no fields of logs"),
        ({"type": "planets", "url": "https://l.test/"}, "the type planets"),
        ({"url": "https://l.test/#{duration}"}, "no value for #{duration}"),
        ({"url": "https://l.test/#{traceID | pad_start 32 0}"}, "pad_start 32 0"),
        ({"url": "https://l.test/#{startTime | add 5}"}, "whole seconds"),
        ({"url": "https://l.test/{{x}}"}, "begins a variable"),
        ({"url": 3}, "has no url"),
    ],
)
def test_it_says_why_it_leaves_something_out(pattern: dict[str, Any], why: str) -> None:
    result = found(pattern)
    assert result.definitions == []
    assert why in str(result.left_out[0])
