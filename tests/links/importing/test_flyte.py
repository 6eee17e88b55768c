"""Flyte's configuration as definitions, held against what Flyte's own code makes of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from linkhub.links.importing.importing import find_links
from linkhub.links.language import Values, compile_template

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[3]
VECTORS = json.loads((ROOT / "tests/vectors/tasklog.json").read_text())["vectors"]
CONFIGS = [each for each in VECTORS if each["kind"] == "log_config"]
PLUGINS = [
    each
    for each in VECTORS
    if each["kind"] == "template_plugin" and each["plugin"].get("templateUris")
]


def found(logs: Any, **options: Any) -> Any:
    return find_links("flyte", json.dumps({"plugins": {"logs": logs}}), **options)


def only(logs: Any) -> dict[str, Any]:
    [definition] = found(logs).definitions
    return dict(definition)


def applies(definition: dict[str, Any], config: dict[str, str]) -> bool:
    rules = definition.get("when", {}).get("all", [])
    return all(re.search(rule["value"], config.get("link_type", "")) for rule in rules)


def values(pod: dict[str, Any], config: dict[str, str]) -> Values:
    plain = {
        "podname": pod["Name"],
        "namespace": pod["Namespace"],
        "containername": pod["Spec"]["Containers"][0]["Name"],
        "containerid": "CID",
    }
    return Values(plain, {"taskconfig": config})


# Attached links are no configuration; `_F_E_VS` is of the pod; a custom scheme needs a setting.
ELSEWHERE = ("sdk://", "vs://", "cw://", "sd://", "t1://")


@pytest.mark.parametrize("vector", CONFIGS, ids=lambda each: f"{each['engine']} {each['test']}")
def test_it_makes_the_links_that_flyte_makes(vector: dict[str, Any], settings: Any) -> None:
    settings.LINKHUB_SCHEMES = ["vs", "cw", "sd", "t1", "k8s"]
    config = (vector["task_template"] or {}).get("Config") or {}
    made = {}
    for definition in found(vector["config"]).definitions:
        if applies(definition, config):
            url = compile_template(definition["template"]).render(values(vector["pod"], config)).url
            made[f"{definition['name']}{vector['name_suffix']}"] = (url, definition)
    for log in vector["expected"]:
        if log["uri"].startswith("sdk://") or vector["test"] == "vscode-env":
            continue
        if "k8s.com" in log["uri"]:
            assert not log["uri"].startswith("http")
            continue
        url, definition = made[log["name"]]
        assert url == log["uri"]
        assert definition["show_while_pending"] == log["show_while_pending"]
        assert definition.get("hide_once_finished", False) == log["hide_once_finished"]


@pytest.mark.parametrize("vector", PLUGINS, ids=lambda each: f"{each['engine']} {each['test']}")
def test_it_carries_every_template_over_or_says_why_not(vector: dict[str, Any]) -> None:
    result = found({"templates": [vector["plugin"]]})
    templates = vector["plugin"]["templateUris"]
    assert len(result.definitions) + len({one.what for one in result.left_out}) >= 1
    carried = [each["template"] for each in result.definitions]
    plain = {re.sub(r"\{\{`(.*?)`\}\}", r"\1", str(each)).strip() for each in templates}
    assert set(carried) <= plain
    if len(carried) < len(templates):
        assert result.left_out


def test_it_reads_every_old_switch() -> None:
    logs = {
        "kubernetes-enabled": True,
        "kubernetes-url": "https://k.example.com/",
        "cloudwatch-enabled": True,
        "cloudwatch-region": "us-east-1",
        "cloudwatch-log-group": "/flyte",
        "stackdriver-enabled": True,
        "gcp-project": "p",
        "stackdriver-logresourcename": "k8s_container",
    }
    definitions = {each["key"]: each for each in found(logs).definitions}
    assert set(definitions) == {"kubernetes-logs", "cloudwatch-logs", "google-cloud-logs"}
    assert definitions["kubernetes-logs"]["template"].startswith("https://k.example.com/#!/log/")
    assert {(each["level"], each["link_type"]) for each in definitions.values()} == {
        ("pod", "logs")
    }


def test_it_leaves_out_what_is_switched_off() -> None:
    result = found({"kubernetes-enabled": False, "kubernetes-template-uri": "https://k.test/"})
    assert result.definitions == []
    assert "switched off" in str(result.left_out[0])


PLUGIN = {"displayName": "Logs", "templateUris": ["https://l.test/{{ .podName }}"]}


def test_it_takes_flytes_defaults() -> None:
    definition = only({"templates": [PLUGIN]})
    assert (definition["show_while_pending"], definition["level"]) == (False, "pod")


def test_it_makes_one_definition_of_each_template() -> None:
    plugin = PLUGIN | {"templateUris": ["https://a.test/{{ .nodeID }}", "https://b.test/"]}
    definitions = found({"templates": [plugin]}).definitions
    assert [each["key"] for each in definitions] == ["logs", "logs-2"]
    assert {each["level"] for each in definitions} == {"attempt"}


def test_it_takes_text_for_a_list() -> None:
    assert (
        len(
            found(
                {"templates": [PLUGIN | {"templateUris": "https://a.test/,https://b.test/"}]}
            ).definitions
        )
        == 2
    )


def test_it_undoes_helms_escapes() -> None:
    escaped = PLUGIN | {"templateUris": ["https://l.test/{{`{{ .podName }}`}}"]}
    assert only({"templates": [escaped]})["template"] == "https://l.test/{{ .podName }}"


@pytest.mark.parametrize("listed", [False, True])
def test_it_reads_dynamic_links_as_map_or_list(listed: bool) -> None:
    dynamic: Any = {"wandb-run": PLUGIN | {"linkType": "DASHBOARD"}}
    definition = only({"dynamic-log-links": [dynamic] if listed else dynamic})
    [rule] = definition["when"]["all"]
    assert (rule["variable"], definition["link_type"]) == ("taskConfig.link_type", "dashboard")
    assert re.search(rule["value"], "vscode,wandb-run")
    assert not re.search(rule["value"], "wandb-run-2")


def test_it_notes_a_host_that_comes_from_runs() -> None:
    plugin = PLUGIN | {"templateUris": ["{{ .taskConfig.host }}/{{ .podName }}"]}
    result = found({"dynamic-log-links": {"w": plugin}})
    assert "LINKHUB_VARIABLE_HOSTS" in str(result.notes[0])


@pytest.mark.parametrize(
    ("plugin", "why"),
    [
        (PLUGIN | {"templateUris": ["https://l.test/{{ .podNam }}"]}, "did you mean"),
        (PLUGIN | {"templateUris": ["vscode://x/{{ .podName }}"]}, "scheme"),
        (PLUGIN | {"templateUris": []}, "no templateUris"),
        ("x", "is no map"),
    ],
)
def test_it_says_why_it_leaves_something_out(plugin: Any, why: str) -> None:
    result = found({"templates": [PLUGIN, plugin]})
    assert len(result.definitions) == 1
    assert why in str(result.left_out[0])


def test_it_names_the_line() -> None:
    text = "plugins:\n  logs:\n    templates:\n      - displayName: A\n        templateUris: [x]\n"
    [left_out] = find_links("flyte", text).left_out
    assert (left_out.line, left_out.what) == (4, "A")


def test_it_reads_a_config_map() -> None:
    inner = "plugins:\n  logs:\n    kubernetes-enabled: true\n    kubernetes-url: https://k.test\n"
    text = json.dumps(
        {"kind": "ConfigMap", "data": {"task_logs.yaml": inner, "x.yaml": "[not, it]"}}
    )
    assert len(find_links("flyte", text).definitions) == 1


def test_it_knows_what_tasks_a_part_is_for() -> None:
    plugins = {
        "plugins": {
            "spark": {"logs": {"user": {"templates": [PLUGIN]}, "system": {"templates": [PLUGIN]}}},
            "ray": {"dashboardURLTemplate": PLUGIN | {"displayName": "Ray"}},
        }
    }
    result = find_links("flyte", json.dumps(plugins))
    rules = {each["name"]: each["when"]["all"][0]["value"] for each in result.definitions}
    assert rules == {"Logs": "spark", "Ray": "ray"}
    assert "name of the Spark application" in str(result.left_out[0])


def test_it_says_that_there_is_nothing() -> None:
    assert "holds no `plugins.logs`" in str(find_links("flyte", "a: 1").left_out[0])
