"""Documents with one entry of the corpus in every field that takes text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.test import Client

# Fewer than a batch may have.
AT_ONCE = 4_000


def run_document(text: str) -> dict[str, Any]:
    """A run, its actions, attempts, pods and links: `text` wherever there can be any."""
    pod = {"name": text, "uid": text, "namespace": text, "container": text, "node": text}
    attempt = {
        "number": 1,
        "cluster": text,
        "error": text,
        "generated_name": text,
        "variables": {"agentID": text},
        "pods": [pod | {"hostname": text, "container_id": text, "primary": True}],
    }
    action = {
        "name": text,
        "task": text,
        "task_version": text,
        "task_type": text,
        "phase": "failed",
        "context": {"value": text, text: "x"},
        "task_config": {"host": text, "x": text},
        "labels": {"value": text},
        "attempts": [attempt],
        "links": links(text),
    }
    return {
        "workflow": text,
        "version": text,
        "engine": "flyte2",
        "phase": "failed",
        "launched_by": text,
        "org": text,
        "cluster": text,
        "namespace": text,
        "labels": {"value": text, text: "x"},
        "context": {"value": text, text: "x"},
        "links": links(text),
        "actions": [action],
    }


def links(text: str) -> list[dict[str, Any]]:
    """The text as a name, a URL, a part of one, and as parameters."""
    return [
        {"key": "name", "name": text, "url": "https://good.example.com/"},
        {"key": "url", "name": "URL", "url": text},
        {"key": "path", "name": "Path", "url": f"https://good.example.com/{text}"},
        {"key": "query", "name": "Query", "url": "https://good.example.com/?q={{.context.value}}"},
        {"key": "host", "name": "Host", "url": "{{.context.value}}/x"},
        {"key": "icon", "name": "Icon", "url": "https://good.example.com/", "icon": text},
        {"key": "run", "name": "W&B", "provider": "wandb_run", "params": {"entity": text}},
        {"key": "wandb", "name": "W&B", "provider": "wandb_run", "params": {"host": text}},
    ]


def single_fields(text: str) -> list[dict[str, Any]]:
    """The document again, a field at a time: what is refused of it takes nothing else along."""
    whole = run_document(text)
    action = whole.pop("actions")[0]
    attempt = action.pop("attempts")[0]
    pod = attempt.pop("pods")[0]
    found = [{name: value} for name, value in whole.items() if name != "links"]
    found += [{"links": [link]} for link in links(text)]
    step = {"name": "a0", "task": "train_model"}
    steps = [{"name": text, "task": "train_model"}, *(step | {key: action[key]} for key in action)]
    tries = [{"number": 1, key: attempt[key]} for key in attempt]
    tries += [{"number": 1, "pods": [{"name": "pod-7", key: pod[key]}]} for key in pod]
    steps += [step | {"attempts": [one]} for one in tries]
    return found + [{"actions": [each]} for each in steps]


def record(program: Client, documents: Sequence[dict[str, Any]]) -> list[int]:
    """Send them all in batches; the status of each."""
    statuses = []
    for start in range(0, len(documents), AT_ONCE):
        body = "\n".join(json.dumps(each) for each in documents[start : start + AT_ONCE])
        answer = program.post("/api/v1/runs:batch", body, content_type="application/x-ndjson")
        assert answer.status_code == 200, answer.content[:300]
        statuses += [each["status"] for each in answer.json()["results"]]
    return statuses
