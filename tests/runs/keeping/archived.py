"""A project with everything that recording knows, for the tests of archives."""

from __future__ import annotations

import json
from typing import Any

from linkhub.runs.attached import AttachedLinkDocument
from linkhub.runs.documents import RunDocument
from linkhub.runs.keeping.documents import Documents
from linkhub.runs.models import Run
from linkhub.runs.record import emit_link, record_run, record_task_links
from tests import factories as make

X = "https://x.example.com"
T = "2026-01-05T10:00:0"


def document(name: str) -> dict[str, Any]:
    pods = [
        {"name": f"{name}-0", "uid": "u", "worker_index": 0, "primary": True, "node": "ip-1"},
        {"name": f"{name}-1", "worker_index": 1, "ended_at": f"{T}8Z", "updated_at": f"{T}9Z"},
    ]
    attempts = [
        {"number": 1, "phase": "failed", "error": "OOM", "ended_at": f"{T}3Z"},
        {"number": 2, "phase": "succeeded", "started_at": f"{T}4Z", "variables": {"a": "1"}},
    ]
    attempts[1]["pods"] = pods
    step = {"name": "x1", "parent": "a0", "task": "train", "task_version": "v2", "context": {}}
    step |= {"phase": "succeeded", "ended_at": f"{T}8Z", "attempts": attempts, "links": []}
    step |= {"labels": {"a": "b"}, "task_config": {"c": "d"}, "replaces_task_links": True}
    return {
        "workflow": "flow",
        "version": "v1",
        "phase": "succeeded",
        "created_at": f"{T}0Z",
        "started_at": f"{T}1Z",
        "ended_at": f"{T}9Z",
        "updated_at": f"{T}9Z",
        "labels": {"team": "vision"},
        "context": {"id": name},
        "links": [{"name": "Notes", "url": f"{X}/{{{{.runName}}}}", "show_while_pending": False}],
        "actions": [{"name": "a0", "task": "flow"}, step],
    }


def record(name: str = "r7") -> Run:
    project = make.make_project("vision")
    given = {"url": f"{X}/task", "name": "Task", "show_while_pending": False}
    links = [AttachedLinkDocument.model_validate(given)]
    record_task_links(project=project, task="train", version="v2", links=links)
    read = RunDocument.model_validate_json(json.dumps(document(name)))
    run, _ = record_run(project=project, domain="development", name=name, document=read)
    for action in (None, "x1"):
        emitted = AttachedLinkDocument(key="live", name="Live", url=f"{X}/live", attempt=2)
        emit_link(project=project, domain=run.domain, run=name, action=action, link=emitted)
    return Run.objects.select_related("project", "workflow").get(name=name)


def lines() -> list[bytes]:
    """What there is to say of everything that is stored."""
    runs = list(Run.objects.select_related("project", "workflow").order_by("name"))
    documents = Documents(runs)
    of_tasks = sorted(line for _, line in documents.task_lines())
    return of_tasks + [line for run in runs for line in documents.lines(run)]
