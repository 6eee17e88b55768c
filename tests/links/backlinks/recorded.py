"""What the real `wandb` sends, recorded, and a stand-in for W&B's GraphQL that is made from it.

`wandb_requests.json` holds the requests of wandb 0.31.0 for `Api(...)`, `api.run(path)`,
`run.notes = ...` and `run.update()`, in order: `operation`, `query` and the names of the
variables. They were recorded by `record`, and a slow test records them anew and compares.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

VECTORS = Path(__file__).parent / "wandb_requests.json"
# What the recorded query asks for, and nothing here depends on.
UNSAID = ("sweepName", "group", "jobType", "commit", "heartbeatAt", "description", "historyKeys")
OPERATION = re.compile(r"(?:query|mutation)\s+(\w+)")
KEY = "0123456789abcdef0123456789abcdef01234567"
UPDATE = """
import sys, wandb
api = wandb.Api(api_key=sys.argv[1], overrides={"base_url": sys.argv[2]}, timeout=20)
run = api.run("vision/cats/ex7")
run.notes = "other notes"
run.update()
"""


def operation_of(query: str) -> str:
    found = OPERATION.search(query)
    return found[1] if found else ""


def plain(query: str) -> str:
    """Without what is only layout."""
    return " ".join(query.replace("#graphql", "").split())


class StandIn:
    """One project of one team. Runs hold the fields that the recorded queries ask for.

    `upsertBucket` changes what its input names and leaves the rest alone: the real client relies
    on that, as `run.update()` sends the summary in a mutation of its own.
    """

    def __init__(self, server: HTTPServer) -> None:
        self.url = server.url_for("").rstrip("/")
        self.runs: dict[str, dict[str, Any]] = {}
        self.requests: list[dict[str, Any]] = []
        self.keys: set[str] = set()
        self.status = 200
        server.expect_request("/graphql", method="POST").respond_with_handler(self.respond)
        server.expect_request(re.compile("/sdk/.*")).respond_with_data("")

    def add_run(self, name: str, notes: str | None = None, **fields: Any) -> None:
        self.runs[name] = dict.fromkeys(UNSAID) | {
            "id": f"bucket-{name}",
            "name": name,
            "displayName": f"bright-{name}",
            "notes": notes,
            "projectId": "1",
            "state": "running",
            "config": '{"lr": {"value": 0.1}}',
            "summaryMetrics": '{"loss": 0.5}',
            "systemMetrics": "{}",
            "tags": ["keep"],
            "createdAt": "2026-01-05T10:00:00Z",
            "readOnly": False,
            "historyLineCount": 1,
            "user": {"name": "Ana", "username": "ana"},
            **fields,
        }

    def respond(self, request: Request) -> Response:
        if authorization := request.authorization:
            self.keys.add(authorization.password or "")
        if self.status != 200:
            return Response("no", self.status)
        asked = request.get_json()
        self.requests.append(asked)
        answer = self._answer(operation_of(asked["query"]), asked.get("variables") or {})
        return Response(json.dumps(answer), content_type="application/json")

    def _answer(self, operation: str, variables: dict[str, Any]) -> dict[str, Any]:
        if operation in ("Viewer", "GetDefaultEntity"):
            viewer = {"id": "v", "entity": "vision", "username": "linkhub", "email": ""}
            teams: dict[str, Any] = {"edges": []}
            return {"data": {"viewer": {**viewer, "flags": "{}", "teams": teams}}}
        if operation == "Run":
            return {"data": {"project": {"run": self.runs.get(variables["name"])}}}
        if operation in ("UpsertBucket", "WriteNotes"):
            return {"data": {"upsertBucket": {"bucket": self._upsert(variables)}}}
        return {"errors": [{"message": f"unknown operation {operation}"}]}

    def _upsert(self, variables: dict[str, Any]) -> dict[str, Any] | None:
        for run in self.runs.values():
            if run["id"] == variables["id"]:
                run.update(
                    {name: variables[name] for name in run.keys() & variables.keys() - {"id"}}
                )
                return run
        return None


def record(stand_in: StandIn) -> list[dict[str, Any]]:
    """What the real client sends for reading a run and changing its notes."""
    stand_in.add_run("ex7", "what was there")
    with tempfile.TemporaryDirectory() as home:
        subprocess.run(
            [sys.executable, "-c", UPDATE, KEY, stand_in.url],
            env={"HOME": home, "PATH": "/usr/bin:/bin", "WANDB_SILENT": "true"},
            check=True,
            timeout=60,
            capture_output=True,
        )
    return [
        {
            "operation": operation_of(each["query"]),
            "query": plain(each["query"]),
            "variables": sorted(each.get("variables") or {}),
        }
        for each in stand_in.requests
    ]
