"""The project `secret` again, with a marker in every text that a run, a link or an edit can hold.

Names that stand in the addresses of `matrix.py` are as they are there.
"""

from __future__ import annotations

from typing import Any

from linkhub.accounts.audit import record_change
from linkhub.accounts.models import Project
from linkhub.links.definitions import save_definition, save_tool
from linkhub.links.documents import DefinitionDocument, ToolDocument
from linkhub.pages.models import Pin
from linkhub.runs.pending import mark
from tests import factories as make

MARK = "m4rk3r"
HOST = f"https://{MARK}.example.com"


def make_shared() -> None:
    """What everybody may know of: a project, a tool and a definition of the instance's."""
    make.make_run("r1", project=make.make_project("open"))
    save_tool(name="wiki", document=ToolDocument(kind="wiki", base_url="https://wiki.example.com"))
    document = DefinitionDocument(name="Dashboard", template="https://x.example.com/")
    save_definition(project=None, key="dashboard", document=document)


def make_secrets() -> Project:
    project = make.make_private_project(
        "secret", title=f"{MARK}-title", description=f"{MARK}-description"
    )
    document = DefinitionDocument(
        name=f"{MARK}-definition", template=f"{HOST}/", description=f"{MARK}-text"
    )
    save_definition(project=project, key="board", document=document, reason=f"{MARK}-reason")
    _make_run(project)
    make.make_token(project=project, name=f"{MARK}-token")
    Pin.objects.create(project=project, title=f"{MARK}-pin", address="/go/secret/plan", position=1)
    record_change(
        actor=f"{MARK}-actor", action="changed", kind="tool", name=f"{MARK}", project=project
    )
    return project


def _make_run(project: Project) -> None:
    words: dict[str, Any] = {
        "labels": {f"{MARK}-label": f"{MARK}-value"},
        "context": {f"{MARK}-key": f"{MARK}-value"},
    }
    run = make.make_run(
        project=project,
        phase="failed",
        ended_at=make.ENDED,
        launched_by=f"{MARK}-user",
        cluster=f"{MARK}-cluster",
        org=f"{MARK}-org",
        source_url=f"{HOST}/source",
        **words,
    )
    action = make.make_action(run, phase="failed", task_config={MARK: MARK}, **words)
    attempt = make.make_attempt(action, error=f"{MARK}-error", generated_name=f"{MARK}-name")
    make.make_pod(attempt, "pod-7", uid="uid-7", node=f"{MARK}-node", hostname=f"{MARK}-host")
    make.make_attached(run, body={"name": f"{MARK}-attached", "url": f"{HOST}/attached"})
    link = {"name": f"{MARK}-link", "url": f"{HOST}/link"}
    make.make_link(run, action, key="board", **link)
    make.make_link(None, project=project, key="plan", level="project", **link)
    for subject in (project, run, action):
        mark([make.unit_of(subject)])
