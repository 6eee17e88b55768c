"""What Flyte's own code made of templates, beside what LinkHub makes of them."""

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from linkhub.lib.url_policy import HostOrigin, UrlPolicy, check_url
from linkhub.links.language import LanguageError, Value, Values, compile_template, compile_text
from linkhub.links.resolving.flyte_names import bare_container_id, dns_1123

ROOT = Path(__file__).parents[2]
VECTORS = json.loads((ROOT / "tests/vectors/tasklog.json").read_text())["vectors"]
DOCUMENT = (ROOT / "docs/differences-from-flyte.md").read_text()
ALLOWED = UrlPolicy(schemes=frozenset({"http", "https", "vscode"}), variable_hosts=("*",))

PLAIN = {
    "logname": "LogName",
    "podname": "PodName",
    "poduid": "PodUID",
    "namespace": "Namespace",
    "containername": "ContainerName",
    "hostname": "HostName",
    "nodename": "NodeName",
    "agentid": "AgentID",
    "connectorid": "ConnectorID",
    "podrfc3339starttime": "PodRFC3339StartTime",
    "podrfc3339finishtime": "PodRFC3339FinishTime",
    "podunixstarttime": "PodUnixStartTime",
    "podunixfinishtime": "PodUnixFinishTime",
}
EXECUTION = {
    "nodeid": ("unique_node_id",),
    "taskretryattempt": ("retry_attempt",),
    "taskid": ("task_id", "name"),
    "taskversion": ("task_id", "version"),
    "taskorg": ("task_id", "org"),
    "taskproject": ("task_id", "project"),
    "taskdomain": ("task_id", "domain"),
    "executionname": ("execution_id", "name"),
    "runname": ("execution_id", "name"),
    "actionname": ("node_id",),
    "executionproject": ("execution_id", "project"),
    "executiondomain": ("execution_id", "domain"),
    "executionorg": ("execution_id", "org"),
}


class Case(NamedTuple):
    """One template of one vector, and the URL Flyte made of it."""

    name: str
    template: str
    expected: str
    values: Values


def values_of(vector: dict[str, Any]) -> Values:
    given = vector["input"]
    execution = given.get("TaskExecutionID") or {}
    plain: dict[str, Value | None] = {name: given.get(key) for name, key in PLAIN.items()}
    plain["containerid"] = bare_container_id(given.get("ContainerID", ""))
    for name, keys in EXECUTION.items():
        found: Any = execution
        for key in keys:
            found = (found or {}).get(key)
        plain[name] = found
    if execution:
        plain["taskretryattempt"] = execution.get("retry_attempt", 0)
    generated = execution.get("generated_name", "")
    plain["generatedname"] = dns_1123(generated) if vector["engine"] == "v2" else generated
    extras = given.get("ExtraTemplateVars") or []
    plain |= {extra["Name"].lower(): extra["Value"] for extra in extras}
    config = (given.get("TaskTemplate") or {}).get("config") or {}
    return Values(plain, {"taskconfig": config})


def cases() -> list[Case]:
    found = []
    for vector in VECTORS:
        if vector["kind"] != "template_plugin" or not vector["expected"]:
            continue
        plugin = vector["plugin"]
        templates = plugin.get("templateUris") or plugin["dynamicTemplateUris"]
        for number, (template, log) in enumerate(zip(templates, vector["expected"], strict=True)):
            name = f"{vector['engine']} {vector['test']}" + (f" {number}" if number else "")
            found.append(Case(name, template, log["uri"], values_of(vector)))
    return found


CASES = cases()


def outcome(case: Case, policy: UrlPolicy) -> str:
    """The URL, or why there is none."""
    try:
        rendered = compile_template(case.template).render(case.values)
    except LanguageError as error:
        return f"no link: {error}"
    origin = HostOrigin.VARIABLE if rendered.host_from_variable else HostOrigin.ADMIN
    refusal = check_url(rendered.url, origin=origin, policy=policy)
    return f"no link: {refusal.rule}" if refusal else rendered.url


def documented() -> dict[str, str]:
    """The vectors in the document, each with its reason (the heading it stands under)."""
    found = {}
    for section in re.split(r"^## ", DOCUMENT, flags=re.MULTILINE)[1:]:
        heading = section.splitlines()[0]
        for name in re.findall(r"^\| `(v[12] [\w -]+)` \|", section, flags=re.MULTILINE):
            found[name] = heading
    return found


REASONS = {
    "A placeholder would be shown",
    "A value needed encoding",
    "A host from run data that is not allowed",
    "A value expanded as a template",
    "A scheme other than http",
}


def test_it_documents_every_difference_and_no_other() -> None:
    different = {case.name for case in CASES if outcome(case, UrlPolicy()) != case.expected}
    assert documented().keys() == different
    assert set(documented().values()) <= REASONS


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_gives_flyte_s_url_to_the_letter(case: Case) -> None:
    reason = documented().get(case.name)
    found = outcome(case, ALLOWED)
    if reason == "A value needed encoding":
        assert found != case.expected
    elif reason == "A placeholder would be shown":
        assert "{{" in case.expected
        assert found.startswith("no link:") or "{{" not in found
    elif reason == "A value expanded as a template":
        assert "%7B%7B" in found
    else:
        assert found == case.expected


def test_it_names_links_as_flyte_does() -> None:
    static = [each for each in VECTORS if "templateUris" in each.get("plugin", {})]
    for vector in static:
        source = vector["plugin"].get("displayName", "") + vector["input"].get("LogName", "")
        for log in vector["expected"]:
            assert compile_text(source).render(values_of(vector)) == log["name"]
