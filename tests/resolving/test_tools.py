from typing import Any

import pytest

from linkhub.links.resolving.tools import Tools
from tests.resolving.cases import a_definition, a_tool, a_unit, an_action, an_attempt, one

OVERRIDES = (
    {"domain": "prod*", "cluster": "gpu-*", "base_url": "https://both.test"},
    {"cluster": ["gpu-*", "tpu"], "base_url": "https://gpu.test/"},
    {"domain": "prod*", "settings": {"org_id": 7}},
    {"domain": "prod*", "base_url": "https://too-late.test"},
    {"domain": 7, "base_url": "https://broken.test"},
)
TOOL = a_tool(base_url="https://grafana.test/", settings={"org_id": "1"}, overrides=OVERRIDES)
TEMPLATE = "{{ .tool.base_url }}/?org={{ .tool.org_id }}"


@pytest.mark.parametrize(
    ("domain", "cluster", "attempt_cluster", "url"),
    [
        ("development", "", "", "https://grafana.test/?org=1"),
        ("development", "cpu", "", "https://grafana.test/?org=1"),
        ("development", "gpu-1", "", "https://gpu.test/?org=1"),
        ("development", "gpu-1", "cpu", "https://grafana.test/?org=1"),
        ("development", "cpu", "tpu", "https://gpu.test/?org=1"),
        ("production", "cpu", "gpu-2", "https://both.test/?org=1"),
        ("production", "cpu", "", "https://grafana.test/?org=7"),
    ],
)
def test_the_first_override_that_matches_wins(
    domain: str, cluster: str, attempt_cluster: str, url: str
) -> None:
    action = an_action(attempts=(an_attempt(1, cluster=attempt_cluster),))
    unit = a_unit(action, domain=domain, cluster=cluster)
    definition = a_definition(template=TEMPLATE, tool="grafana")
    assert one(unit, definition, tools=(TOOL,)).url == url


def test_a_base_url_has_no_trailing_slash() -> None:
    assert Tools.compile([TOOL]).effective("grafana", "", "").facts.base_url == (
        "https://grafana.test"
    )


def test_it_knows_every_host_of_a_tool() -> None:
    tool = a_tool(base_url="https://a.test:8443/x", overrides=({"base_url": "http://b.test"},))
    assert Tools.compile([tool, a_tool("c", base_url="not a url")]).hosts == {
        "a.test:8443",
        "b.test",
    }


@pytest.mark.parametrize(
    ("definition", "tool"),
    [
        ({"provider": "wandb_run", "tool": "second"}, "second"),
        ({"provider": "wandb_run"}, "first"),
        ({}, ""),
        ({"provider": "python_link"}, ""),
    ],
)
def test_a_provider_has_the_first_tool_of_its_kind_where_none_is_named(
    definition: dict[str, Any], tool: str
) -> None:
    tools = (a_tool("x", "other"), a_tool("first", "wandb"), a_tool("second", "wandb"))
    assert one(a_unit(), a_definition(**definition), tools=tools).tool == tool


def test_it_forgets_rather_than_grow() -> None:
    tools = Tools.compile([TOOL])
    for number in range(10_000):
        tools.effective("grafana", f"d{number}", "")
    assert len(tools.kept) <= 4_096
