"""flyteadmin's REST gateway, its JSON made by flyteidl's own messages, and faults in front of it.

It lists as flyteadmin does: pages are offsets; a token comes whenever the page was full, so that
the last one may be empty; filters are joined by a plus sign; only an execution's own nodes are
listed unless a parent is named; there is no list of tasks but one for each node.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote

from flyteidl.admin import execution_pb2, node_execution_pb2, task_execution_pb2
from flyteidl.core import execution_pb2 as core_pb2
from google.protobuf.json_format import MessageToDict

START = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
Fault = Callable[[str], tuple[int, dict[str, str], bytes] | None]
JSON = {"Content-Type": "application/json"}
FILTER = re.compile(r"(\w+)\((\w+),([^)]*)\)")
NODE_PHASES = core_pb2.NodeExecution.Phase
TASK_PHASES = core_pb2.TaskExecution.Phase


@dataclass
class Node:
    """`errors` are those of tries before the last; `parts` those of an array task."""

    name: str
    parent: str = ""
    phase: str = "SUCCEEDED"
    task: str = "flows.train"
    errors: tuple[str, ...] = ()
    logs: bool = True
    parts: int = 0
    plugin: str = "container"


@dataclass
class Run:
    name: str
    created: datetime
    nodes: dict[str, Node]
    phase: str = "SUCCEEDED"
    labels: dict[str, str] = field(default_factory=dict)


class Refused(Exception):
    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.answer = (status, JSON, json.dumps({"code": code, "message": message}).encode())


class BackEnd:
    """One project and domain, `flytesnacks/development`."""

    def __init__(self) -> None:
        self.runs: dict[str, Run] = {}
        self.page = 100
        self.calls: list[str] = []
        self.queries: list[str] = []
        self.fault: Fault = lambda _: None
        self.token = ""
        self.granted = 0

    def add(self, name: str, *nodes: Node, phase: str = "SUCCEEDED", **fields: Any) -> Run:
        created = START + timedelta(seconds=len(self.runs))
        own = nodes or (Node("n0", phase=phase),)
        run = Run(name, created, {each.name: each for each in own}, phase, **fields)
        self.runs[name] = run
        return run

    # --- what it says of things ---------------------------------------------------------

    def execution(self, run: Run) -> Any:
        found = execution_pb2.Execution()
        self._identify(found.id, run)
        found.spec.launch_plan.name, found.spec.launch_plan.version = "flows.main", "v3"
        found.spec.metadata.principal = "ana"
        found.spec.metadata.system_metadata.execution_cluster = "gpu-1"
        found.spec.metadata.system_metadata.namespace = "team-a"
        found.spec.labels.values.update(run.labels)
        closure = found.closure
        closure.workflow_id.name, closure.workflow_id.version = "flows.main", "v3"
        closure.phase = core_pb2.WorkflowExecution.Phase.Value(run.phase)
        self._times(closure, run, run.phase)
        return found

    def node(self, run: Run, node: Node) -> Any:
        found = node_execution_pb2.NodeExecution()
        found.id.node_id = node.name
        self._identify(found.id.execution_id, run)
        found.metadata.spec_node_id = node.name.rpartition("-")[2] or node.name
        found.metadata.is_parent_node = any(each.parent == node.name for each in run.nodes.values())
        found.metadata.is_array = bool(node.parts)
        found.closure.phase = NODE_PHASES.Value(node.phase)
        self._times(found.closure, run, node.phase)
        return found

    def tasks(self, run: Run, node: Node) -> list[Any]:
        return [
            self._task(run, node, retry, error) for retry, error in enumerate((*node.errors, ""))
        ]

    def _task(self, run: Run, node: Node, retry: int, error: str) -> Any:
        found = task_execution_pb2.TaskExecution()
        found.id.task_id.name, found.id.task_id.version = node.task, "v3"
        found.id.node_execution_id.node_id = node.name
        self._identify(found.id.node_execution_id.execution_id, run)
        found.id.retry_attempt = retry
        closure = found.closure
        phase = "FAILED" if error else {"DYNAMIC_RUNNING": "RUNNING"}.get(node.phase, node.phase)
        closure.phase = TASK_PHASES.Value(phase)
        closure.task_type = "python-task"
        closure.error.message = error
        closure.metadata.generated_name = f"{run.name}-{node.name}-{retry}"
        closure.metadata.plugin_identifier = node.plugin
        if node.logs:
            uri = f"https://logs.example.com/{run.name}-{node.name}-{retry}"
            closure.logs.add(name="Logs", uri=uri, ShowWhilePending=True).ttl.FromSeconds(172_800)
        for index in range(node.parts):
            part = closure.metadata.external_resources.add(external_id="x", index=index)
            part.phase = closure.phase
            part.logs.add(name=f"Logs-{index}", uri=f"https://logs.example.com/{index}")
        self._times(closure, run, phase)
        return found

    def _identify(self, identifier: Any, run: Run) -> None:
        identifier.project, identifier.domain = "flytesnacks", "development"
        identifier.name = run.name

    def _times(self, closure: Any, run: Run, phase: str) -> None:
        closure.created_at.FromDatetime(run.created)
        closure.updated_at.FromDatetime(run.created + timedelta(seconds=30))
        if phase not in ("QUEUED", "UNDEFINED"):
            closure.started_at.FromDatetime(run.created + timedelta(seconds=1))
        if phase in ("SUCCEEDED", "FAILED", "ABORTED"):
            closure.duration.FromSeconds(20)

    # --- HTTP ---------------------------------------------------------------------------

    def answer(self, path: str, query: dict[str, list[str]]) -> Any:
        match [unquote(part) for part in path.strip("/").split("/")[2:]]:
            case ["executions", "flytesnacks", "development"]:
                runs = sorted(self.runs.values(), key=lambda run: run.created)
                matching = [run for run in runs if self._fits(run, query)]
                return self._page("executions", matching, query, self.execution)
            case ["executions", "flytesnacks", "development", name]:
                return self.execution(self._run(name))
            case ["node_executions", _, _, name]:
                run, parent = self._run(name), query.get("unique_parent_id", [""])[0]
                nodes = [each for each in run.nodes.values() if each.parent == parent]
                return self._page(
                    "node_executions", nodes, query, lambda node: self.node(run, node)
                )
            case ["task_executions", _, _, name, node]:
                run = self._run(name)
                tasks = self.tasks(run, run.nodes[node])
                return self._page("task_executions", tasks, query, lambda task: task)
        raise Refused(404, 5, "missing entity")

    def _run(self, name: str) -> Run:
        if name not in self.runs:
            raise Refused(404, 5, "missing entity of type execution")
        return self.runs[name]

    def _fits(self, run: Run, query: dict[str, list[str]]) -> bool:
        assert query["sort_by.key"] == ["execution_created_at"]
        assert query["sort_by.direction"] == ["ASCENDING"]
        compare = {"gte": lambda a, b: a >= b, "lt": lambda a, b: a < b}
        # What came with a plus sign in the URL would have a blank here.
        filters = [FILTER.fullmatch(each) for each in query["filters"][0].split("+")]
        assert len(filters) == 2
        assert all(found and found[2] == "execution_created_at" for found in filters)
        return all(
            compare[found[1]](run.created, datetime.fromisoformat(found[3]))
            for found in filters
            if found
        )

    def _page(
        self, items: str, rows: list[Any], query: dict[str, list[str]], message: Any
    ) -> dict[str, Any]:
        """Limit 0 is an error; the token is an offset, and is given whenever the page was full."""
        limit = min(int(query["limit"][0]), self.page)
        if limit < 1:
            raise Refused(400, 3, "invalid value for limit")
        at = int(query.get("token", [""])[0] or 0)
        some = rows[at : at + limit]
        token = str(at + limit) if len(some) == limit else ""
        return {items: [as_json(message(each)) for each in some], "token": token}

    def application(self) -> Callable[..., Iterable[bytes]]:
        def serve(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            path = environ["PATH_INFO"]
            status, headers, body = self._serve(environ, path)
            headers = {"Content-Length": str(len(body))} | headers
            start_response(f"{status} Answer", list(headers.items()))
            return [body]

        return serve

    def _serve(self, environ: dict[str, Any], path: str) -> tuple[int, dict[str, str], bytes]:
        if path == "/.well-known/oauth-authorization-server":
            url = f"http://{environ['HTTP_HOST']}/oauth2/token"
            return 200, JSON, json.dumps({"token_endpoint": url}).encode()
        if path == "/oauth2/token":
            return self._grant(environ)
        kind = path.split("/")[3]
        self.calls.append(kind)
        self.queries.append(environ["QUERY_STRING"])
        if self.token and environ.get("HTTP_AUTHORIZATION") != f"Bearer {self.token}":
            return 401, JSON, b'{"code":16,"message":"token expired"}'
        if fault := self.fault(kind):
            return fault
        try:
            found = self.answer(path, parse_qs(environ["QUERY_STRING"]))
        except Refused as refused:
            return refused.answer
        body = found if isinstance(found, dict) else as_json(found)
        return 200, JSON, json.dumps(body).encode()

    def _grant(self, environ: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        size = int(environ.get("CONTENT_LENGTH") or 0)
        form = parse_qs(environ["wsgi.input"].read(size).decode())
        assert form["grant_type"] == ["client_credentials"]
        assert form["scope"] == ["all"]
        self.granted += 1
        self.token = f"access-{self.granted}"
        granted = {"access_token": self.token, "expires_in": 1800, "token_type": "Bearer"}
        return 200, JSON, json.dumps(granted).encode()


def as_json(message: Any) -> dict[str, Any]:
    """As the gateway writes it for `Accept: application/json`: its names, and every default."""
    found: dict[str, Any] = MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
    return found
