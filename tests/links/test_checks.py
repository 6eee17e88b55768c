from __future__ import annotations

from typing import Any

import pytest

from linkhub.links.checks import Invalid, check_definition
from linkhub.links.documents import DefinitionDocument
from linkhub.links.models import Tool

GRAFANA = Tool(name="grafana", kind="grafana", base_url="https://grafana.example.com")


def faults(stored: Tool | None = None, **fields: Any) -> dict[str, str]:
    """What is wrong with the definition, by field; a template that is right unless one is given."""
    if "provider" not in fields:
        fields = {"template": "https://x.example.com/{{ .runName }}"} | fields
    document = DefinitionDocument.model_validate(fields)
    try:
        check_definition(document, tool=stored)
    except Invalid as error:
        return {".".join(map(str, fault.loc)): fault.message for fault in error.faults}
    return {}


@pytest.mark.parametrize(
    "template",
    [
        "https://x.example.com/{{ .runName }}?a={{ .podName }}#b",
        "https://{{ .podName }}.example.com:8443/",
        "https://x.example.com:{{ .context.port }}/",
        "{{ .taskConfig.host }}/runs/{{ $executionName }}",
        "{{ .context.url | default('https://x.example.com') }}/a",
        "HTTPS://X.example.com",
        "https://x.example.com/a[[&panel={{ .context.panel }}]]",
    ],
)
def test_it_finds_nothing_wrong_with_what_is_right(template: str) -> None:
    assert faults(template=template.replace("'", '"')) == {}


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("https://x.example.com/{{ .podNam }}", "podName"),
        ("https://x.example.com/{{ .podName", "column"),
        ("javascript:alert({{ .runName }})", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("runs/{{ .runName }}", "not-absolute"),
        ("https://ana@x.example.com/{{ .runName }}", "userinfo"),
        ("https://x.example.com/a b/{{ .runName }}", "white-space"),
        ("https://{{ .podName }}.example.com/a\\b", "backslash"),
        ("https://x.example.com/../{{ .runName }}", "dot-segment"),
        ("https://x_.example.com\u202e/", "bidi"),
        ("https:///{{ .runName }}", "host"),
        ("x" * 9000, "8000"),
    ],
)
def test_it_refuses_a_template_that_no_run_could_use(template: str, words: str) -> None:
    assert words in faults(template=template)["template"]


def test_it_refuses_hosts_that_the_settings_rule_out(settings: Any) -> None:
    settings.LINKHUB_ADMIN_HOSTS = ["*.example.org"]
    assert "x.example.com" in faults()["template"]
    assert faults(template="https://{{ .podName }}.example.org/") == {}


def test_it_takes_schemes_that_the_settings_add(settings: Any) -> None:
    settings.LINKHUB_SCHEMES = ["vscode"]
    assert faults(template="vscode://x/{{ .runName }}") == {}


def test_it_wants_a_tool_for_what_is_the_tools() -> None:
    template = "{{ .tool.base_url }}/d/{{ .runName }}"
    assert "tool.base_url" in faults(template=template)["template"]
    assert faults(GRAFANA, template=template, tool="grafana") == {}


@pytest.mark.django_db
def test_it_refuses_a_tool_that_is_not_there() -> None:
    Tool.objects.create(name="grafana", kind="grafana")
    document = DefinitionDocument(template="https://x.example.com", tool="grafna")
    with pytest.raises(Invalid, match="did you mean `grafana`"):
        check_definition(document, tool=None)


def test_it_wants_a_tool_of_the_providers_kind() -> None:
    wrong = faults(GRAFANA, provider="wandb_run", params={"entity": "v", "project": "p"})
    assert "wandb" in wrong["tool"]


def test_it_refuses_an_unknown_provider() -> None:
    assert "did you mean `wandb_run`" in faults(provider="wandb_runs")["provider"]


def test_it_refuses_an_unknown_parameter() -> None:
    wrong = faults(provider="wandb_run", params={"entitty": "vision"})
    assert "did you mean `entity`" in wrong["params.entitty"]


def test_it_refuses_a_value_that_is_no_choice() -> None:
    wrong = faults(provider="wandb_run", params={"run_mode": "nwe"})
    assert "auto, new, shared" in wrong["params.run_mode"]
    templated = {"run_mode": "{{ .context.mode }}", "is_distributed": True}
    assert faults(provider="wandb_run", params=templated) == {}


def test_it_wants_what_is_required() -> None:
    assert faults(provider="python_link")["params.class"] == "is required"


def test_it_takes_only_classes_that_are_allowed(settings: Any) -> None:
    settings.LINKHUB_LINK_CLASSES = ["flyteplugins.wandb:*"]
    assert faults(provider="python_link", params={"class": "flyteplugins.wandb:Wandb"}) == {}
    wrong = faults(provider="python_link", params={"class": "os:system"})
    assert "LINKHUB_LINK_CLASSES" in wrong["params.class"]


def test_it_compiles_names_and_parameters() -> None:
    wrong = faults(name="Run {{ .runNam }}", params={"a": "{{ .x"})
    assert wrong.keys() == {"name", "params.a"}


def test_it_wants_the_parameters_that_a_template_names() -> None:
    template = "https://x.example.com/{{ .params.panel }}"
    assert "params.panel" in faults(template=template)["template"]
    assert faults(template=template, params={"panel": "3"}) == {}


def test_it_knows_what_a_project_cannot_tell() -> None:
    assert "runName" in faults(level="project")["template"]
    wrong = faults(level="project", template="https://x.example.com/{{ .context.a }}")
    assert "context.a" in wrong["template"]
    assert faults(level="project", template="https://x.example.com/{{ .project }}") == {}


@pytest.mark.parametrize("phase", ["running", "fail*", ["queued", "[rs]*"]])
def test_it_knows_phases(phase: Any) -> None:
    assert faults(select={"phase": phase}) == {}


def test_it_refuses_what_is_no_phase() -> None:
    assert "did you mean `failed`" in faults(select={"phase": "fialed"})["select.phase"]


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({"variable": "podNam", "op": "exists"}, "podName"),
        ({"variable": "phase", "op": "regex", "value": "("}, "phase"),
        ({"variable": "phase", "op": "in", "value": "running"}, "list"),
        ({"variable": "phase", "op": "equals"}, "value"),
    ],
)
def test_it_compiles_rules(condition: dict[str, Any], words: str) -> None:
    right = {"variable": "context.a", "op": "gt", "value": 3}
    wrong = faults(when={"all": [right], "any": [right, condition]})
    assert list(wrong) == ["when.any.1"]
    assert words in wrong["when.any.1"]
