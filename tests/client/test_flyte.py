"""`LinkHubLink`: the same address that LinkHub's pages have, made by the real SDK or by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from linkhub_client.flyte import LinkHubLink

BASE = "https://linkhub.example.com"
NAMES: dict[str, Any] = {
    "run_name": "r7",
    "project": "flytesnacks",
    "domain": "development",
    "context": {},
    "parent_action_name": "a0",
    "action_name": "x1",
    "pod_name": "localhost",
}


def test_it_leads_to_the_run_s_page() -> None:
    link = LinkHubLink(f"{BASE}/").get_link(**NAMES)
    assert link == f"{BASE}/projects/flytesnacks/development/runs/r7/"


def test_it_leads_to_the_action_s_page() -> None:
    link = LinkHubLink(BASE, page="action").get_link(**NAMES, later="unknown")
    assert link == f"{BASE}/projects/flytesnacks/development/runs/r7/actions/x1/"


def test_it_leaves_flyte_s_placeholders_to_flyte() -> None:
    placeholders = {"run_name": "{{.runName}}", "project": "{{.executionProject}}"}
    placeholders |= {"domain": "{{.executionDomain}}", "action_name": "{{.actionName}}"}
    link = LinkHubLink(BASE, page="action").get_link(**NAMES | placeholders)
    assert link == (
        f"{BASE}/projects/{{{{.executionProject}}}}/{{{{.executionDomain}}}}"
        "/runs/{{.runName}}/actions/{{.actionName}}/"
    )


def test_it_escapes_names_as_linkhub_does() -> None:
    link = LinkHubLink(BASE, project="a/b", domain="ü").get_link(**NAMES)
    assert link == f"{BASE}/projects/a~2Fb/%C3%BC/runs/r7/"


def test_it_finds_linkhub_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINKHUB_URL", BASE)
    assert LinkHubLink().get_link(**NAMES).startswith(f"{BASE}/projects/")


@pytest.mark.parametrize("missing", ["project", "domain", "run_name"])
def test_it_makes_no_link_of_half_an_address(missing: str) -> None:
    assert LinkHubLink(BASE).get_link(**NAMES | {missing: ""}) == ""


def test_it_makes_no_link_without_linkhub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LINKHUB_URL", raising=False)
    assert LinkHubLink().get_link(**NAMES) == ""


def test_it_refuses_another_page() -> None:
    with pytest.raises(ValueError, match="run"):
        LinkHubLink(BASE, page="project")


def test_the_sdk_takes_it() -> None:
    flyte = pytest.importorskip("flyte")
    from flyte._internal.runtime.task_serde import translate_task_to_wire
    from flyte.models import ActionID, RawDataPath, SerializationContext, TaskContext
    from flyte.report import Report

    env = flyte.TaskEnvironment(name="linked")

    @env.task(links=LinkHubLink(BASE))
    async def linked() -> None: ...

    context = TaskContext(
        action=ActionID(name="{{.actionName}}", run_name="{{.runName}}", project="p", domain="d"),
        version="v",
        raw_data_path=RawDataPath(path="raw"),
        output_path="out",
        run_base_dir="base",
        report=Report(name="r"),
    )
    spec = translate_task_to_wire(
        linked, SerializationContext(version="v", root_dir=Path.cwd()), task_context=context
    )
    [link] = spec.task_template.metadata.log_links
    assert (link.name, link.uri) == ("LinkHub", f"{BASE}/projects/p/d/runs/{{{{.runName}}}}/")
