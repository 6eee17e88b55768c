"""A pasted address of any tool is read, and what is proposed gives it back to the letter."""

from __future__ import annotations

import functools
import time
from typing import Any

import pytest

from linkhub.links.editing.marking import mark_url
from linkhub.links.editing.rebuilding import Rebuilt, build, identified_by, rebuild
from linkhub.links.language import Values, compile_template
from tests.providers.factories import a_request, asked, vectors

VECTORS = [each for each in vectors("urls.json") if not each.get("negative")]


def values_of(vector: dict[str, Any]) -> Values:
    """The run's: those that the entry gives, among others that its URL does not hold."""
    return asked(vector)[1].values


@functools.cache
def rebuilt() -> list[tuple[dict[str, Any], list[Rebuilt]]]:
    return [(vector, rebuild(vector["url"], values_of(vector), {})) for vector in VECTORS]


def test_it_rebuilds_nine_of_ten_of_the_tools_own_addresses() -> None:
    """Without being told whose an address is, and to the letter."""
    assert sum(bool(found) for _, found in rebuilt()) / len(VECTORS) >= 0.9


def test_what_it_rebuilds_gives_the_address_back() -> None:
    for vector, found in rebuilt():
        for each in found:
            built = build(each, values_of(vector))
            assert built is not None
            assert built.url == vector["url"]


def test_every_address_is_recognised_and_has_a_template_that_gives_it_back() -> None:
    for vector in VECTORS:
        assert identified_by(vector["url"]), vector["variant"]
        template = mark_url(vector["url"], values_of(vector))
        assert template is not None
        rendered = compile_template(template).render(values_of(vector))
        assert rendered.url == vector["url"]


def test_it_finds_the_right_provider_among_those_that_rebuild() -> None:
    for vector, found in rebuilt():
        kinds = {each.provider.kind for each in found}
        assert not kinds or asked(vector)[0].kind in kinds, vector["variant"]


def test_it_reads_settings_where_there_is_no_tool_yet() -> None:
    vector = VECTORS[0]
    [found] = rebuild(vector["url"], values_of(vector), {})

    assert (found.provider.kind, found.params["matcher"]) == ("grafana_pod_logs", "=~")
    assert found.settings["loki_uid"] == "loki-uid"


def test_of_a_tool_that_is_there_only_parameters_change() -> None:
    vector = VECTORS[0]
    tools = {"https://grafana.example.com/grafana": {"loki_uid": "loki-uid"}}
    [found] = rebuild(vector["url"], values_of(vector), tools)

    assert found.settings.get("loki_uid", "loki-uid") == "loki-uid"
    assert "datasource_uid" not in found.params


def test_a_hostile_address_costs_little() -> None:
    words = "&".join(f"var-{n}=now-{n}h" for n in range(400))
    url = f"https://grafana.example.com/d/a/b?orgId=1&{words}"[:7_900]
    begun = time.perf_counter()
    rebuild(url, VALUES, {})

    assert time.perf_counter() - begun < 3


# Templates -------------------------------------------------------------------------------


VALUES = a_request(
    context={"wandb_id": "8a1f", "a.b": "x/y z", "team": "vision"}, attempt=1, project="fproj"
).values


@pytest.mark.parametrize(
    ("url", "template"),
    [
        ("https://b.example.com/r1abc", "https://b.example.com/{{ .runName }}"),
        ("https://b.example.com/r1abc-act1-0/x", "https://b.example.com/{{ .podName }}/x"),
        ("https://b.example.com/?id=8a1f", "https://b.example.com/?id={{ .context.wandb_id }}"),
        ("https://b.example.com/x%2Fy%20z", 'https://b.example.com/{{ .context["a.b"] }}'),
        (
            "https://b.example.com/?t=1700000000000&q=1699999700",
            "https://b.example.com/?t={{ .startTime | epoch_ms }}"
            "&q={{ .startTime | shift('-5m') | epoch }}",
        ),
        ("https://b.example.com/?a=%22r1abc%22", "https://b.example.com/?a=%22{{ .runName }}%22"),
        ("https://b.example.com/r1abcd/visionary", "https://b.example.com/r1abcd/visionary"),
        ("https://r1abc.example.com/1", "https://r1abc.example.com/1"),
        ("https://b.example.com/#/R1ABC", "https://b.example.com/#/{{ .runName | upper }}"),
        (
            "https://b.example.com/log-group$252Ffproj",
            "https://b.example.com/log-group$252F{{ .project }}",
        ),
    ],
)
def test_it_turns_the_runs_values_into_variables(url: str, template: str) -> None:
    assert mark_url(url, VALUES) == template


def test_it_leaves_out_the_base_url_of_a_tool() -> None:
    marked = mark_url("https://b.example.com/x/r1abc", VALUES, "https://b.example.com/x")

    assert marked == "{{ .tool.base_url }}/{{ .runName }}"


def test_it_proposes_nothing_that_would_not_give_it_back() -> None:
    assert mark_url("https://b.example.com/{{x}}", VALUES) is None
    assert mark_url("mailto:x@example.com", VALUES) is None
