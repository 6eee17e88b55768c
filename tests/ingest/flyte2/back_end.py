"""A Flyte 2 back end made of flyteidl2's own generated service classes, and faults in front of it.

It lists as the open-source one does: pages are offsets, of at most 200; ids come without their
organisation; a list of actions has no tasks; links that were rendered have lost their icons.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from connectrpc.code import Code
from connectrpc.errors import ConnectError
from flyteidl2.common import identifier_pb2, phase_pb2
from flyteidl2.core import execution_pb2
from flyteidl2.dataproxy import dataproxy_service_pb2 as data_pb2
from flyteidl2.dataproxy.dataproxy_service_connect import (
    DataProxyServiceSync,
    DataProxyServiceWSGIApplication,
)
from flyteidl2.workflow import run_definition_pb2 as run_pb2
from flyteidl2.workflow import run_service_pb2 as service_pb2
from flyteidl2.workflow.run_service_connect import RunServiceSync, RunServiceWSGIApplication
from werkzeug.serving import WSGIRequestHandler, make_server

PHASES = dict(phase_pb2.ActionPhase.items())
START = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
Fault = Callable[[str], tuple[int, dict[str, str], bytes] | None]


@dataclass
class Action:
    """`logs` are links that were rendered, `templates` those of the task: pairs of name and URI."""

    name: str
    parent: str = ""
    task: str = "demo.main"
    phase: str = "SUCCEEDED"
    errors: tuple[str, ...] = ()
    context: dict[str, str] = field(default_factory=dict)
    logs: tuple[tuple[str, str], ...] = ()
    templates: tuple[tuple[str, str], ...] = ()
    pods: bool = True
    created: datetime = START


@dataclass
class Run:
    name: str
    created: datetime
    actions: dict[str, Action]
    labels: dict[str, str] = field(default_factory=dict)

    @property
    def root(self) -> Action:
        return self.actions["a0"]


class BackEnd(RunServiceSync, DataProxyServiceSync):
    """One project and domain, `flytesnacks/development`."""

    def __init__(self) -> None:
        self.runs: dict[str, Run] = {}
        self.page = 200
        self.calls: list[str] = []
        self.fault: Fault = lambda _: None
        self.changed = threading.Condition()
        self.version = 0
        self.watchers = 0
        self.broken_streams = False

    def add(self, name: str, *actions: Action, phase: str = "SUCCEEDED", **fields: Any) -> Run:
        created = START + timedelta(seconds=len(self.runs))
        root = Action("a0", phase=phase, **fields)
        run = Run(name, created, {each.name: each for each in (root, *actions)})
        self.runs[name] = run
        self.notify()
        return run

    def notify(self) -> None:
        with self.changed:
            self.version += 1
            self.changed.notify_all()

    # --- what it says of things ---------------------------------------------------------

    def run_id(self, run: Run) -> Any:
        return identifier_pb2.RunIdentifier(
            project="flytesnacks", domain="development", name=run.name
        )

    def listed(self, run: Run, action: Action) -> Any:
        found = run_pb2.Action()
        found.id.run.CopyFrom(self.run_id(run))
        found.id.name = action.name
        found.metadata.parent = action.parent
        found.status.phase = PHASES[f"ACTION_PHASE_{action.phase}"]
        found.status.attempts = len(action.errors) + 1
        found.status.start_time.FromDatetime(run.created)
        if action.phase in ("SUCCEEDED", "FAILED", "ABORTED"):
            found.status.end_time.FromDatetime(run.created + timedelta(minutes=1))
        return found

    def details(self, run: Run, action: Action) -> Any:
        listed = self.listed(run, action)
        found = run_pb2.ActionDetails(id=listed.id, metadata=listed.metadata, status=listed.status)
        found.metadata.executed_by.user.id.subject = "ana"
        template = found.task.task_template
        template.type = "python"
        template.id.name, template.id.version = action.task, "v3"
        for name, uri in action.templates:
            template.metadata.log_links.add(name=name, uri=uri, icon_uri="https://icons/x.svg")
        for number, error in enumerate((*action.errors, ""), 1):
            self._add_attempt(found, run, action, number, error)
        return found

    def _add_attempt(self, found: Any, run: Run, action: Action, number: int, error: str) -> None:
        attempt = found.attempts.add(attempt=number, cluster="gpu-1")
        attempt.phase = PHASES["ACTION_PHASE_FAILED"] if error else found.status.phase
        attempt.start_time.FromDatetime(run.created + timedelta(seconds=number))
        if error or found.status.HasField("end_time"):
            attempt.end_time.FromDatetime(run.created + timedelta(seconds=number + 1))
        if error:
            attempt.error_info.message = error
        for name, uri in action.logs:
            attempt.log_info.add(name=name, uri=uri, link_type="DASHBOARD", ready=True)
        if action.pods:
            attempt.log_context.CopyFrom(self.pods(run, action, number))

    def pods(self, run: Run, action: Action, number: int) -> Any:
        name = f"{run.name}-{action.name}-{number - 1}"
        context = execution_pb2.LogContext(primary_pod_name=name)
        pod = context.pods.add(
            namespace="flytesnacks-development", pod_name=name, primary_container_name=name
        )
        pod.containers.add(container_name=name)
        return context

    # --- RunService ---------------------------------------------------------------------

    def list_runs(self, request: Any, ctx: Any) -> Any:
        assert request.project_id.name == "flytesnacks"
        [filtered] = request.request.filters
        since = datetime.fromisoformat(filtered.values[0])
        assert (filtered.field, filtered.function) == ("created_at", 3)
        assert [(by.key, by.direction) for by in request.request.sort_by_fields] == [
            ("created_at", 1)
        ]
        runs = sorted(self.runs.values(), key=lambda run: run.created)
        matching = [run for run in runs if run.created >= since]
        some, token = self._page(matching, request.request)
        found = service_pb2.ListRunsResponse(token=token)
        for run in some:
            found.runs.add(action=self.listed(run, run.root))
        return found

    def list_actions(self, request: Any, ctx: Any) -> Any:
        run = self._run(request.run_id)
        some, token = self._page(list(run.actions.values()), request.request)
        actions = [self.listed(run, action) for action in some]
        return service_pb2.ListActionsResponse(actions=actions, token=token)

    def _page(self, rows: list[Any], request: Any) -> tuple[list[Any], str]:
        """The token is an offset, and is given whenever the page was full."""
        assert 0 < request.limit <= 200
        limit = min(request.limit, self.page)
        at = int(request.token or 0)
        some = rows[at : at + limit]
        return some, str(at + limit) if len(some) == limit else ""

    def get_run_details(self, request: Any, ctx: Any) -> Any:
        run = self._run(request.run_id)
        found = service_pb2.GetRunDetailsResponse()
        found.details.run_spec.labels.values.update(run.labels)
        found.details.action.CopyFrom(self.details(run, run.root))
        return found

    def get_action_details(self, request: Any, ctx: Any) -> Any:
        run = self._run(request.action_id.run)
        action = run.actions[request.action_id.name]
        return service_pb2.GetActionDetailsResponse(details=self.details(run, action))

    def get_action_log_context(self, request: Any, ctx: Any) -> Any:
        raise ConnectError(Code.NOT_FOUND, "no log context found")

    def watch_runs(self, request: Any, ctx: Any) -> Iterator[Any]:
        def snapshot() -> Any:
            found = service_pb2.WatchRunsResponse()
            for run in list(self.runs.values()):
                found.runs.add(action=self.listed(run, run.root))
            return found

        return self._watch(snapshot)

    def watch_actions(self, request: Any, ctx: Any) -> Iterator[Any]:
        run = self._run(request.run_id)

        def snapshot() -> Any:
            found = service_pb2.WatchActionsResponse()
            for action in list(run.actions.values()):
                found.enriched_actions.add(action=self.listed(run, action), meets_filter=True)
            return found

        return self._watch(snapshot)

    def _watch(self, snapshot: Callable[[], Any]) -> Iterator[Any]:
        seen = self.version
        yield snapshot()
        if self.broken_streams:
            raise ConnectError(Code.UNAVAILABLE, "the listener lost its connection")
        with self.changed:
            self.watchers += 1
            self.changed.notify_all()
        for _ in range(100):
            with self.changed:
                self.changed.wait_for(partial(self._is_newer, seen), timeout=2)
                seen = self.version
            yield snapshot()

    def _is_newer(self, version: int) -> bool:
        return self.version != version

    # --- DataProxyService ---------------------------------------------------------------

    def get_action_data(self, request: Any, ctx: Any) -> Any:
        action = self._run(request.action_id.run).actions[request.action_id.name]
        found = data_pb2.GetActionDataResponse()
        for key, value in action.context.items():
            found.inputs.context.add(key=key, value=value)
        return found

    def _run(self, identifier: Any) -> Run:
        try:
            return self.runs[identifier.name]
        except KeyError:
            raise ConnectError(Code.NOT_FOUND, "run not found") from None

    # --- HTTP ---------------------------------------------------------------------------

    def application(self) -> Callable[..., Iterable[bytes]]:
        runs = RunServiceWSGIApplication(self)
        data = DataProxyServiceWSGIApplication(self)

        def serve(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            procedure = environ["PATH_INFO"].rpartition("/")[2]
            self.calls.append(procedure)
            # Read whole: the server's own stream does not end where the body does.
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            environ["wsgi.input"] = io.BytesIO(body)
            if fault := self.fault(procedure):
                status, headers, body = fault
                headers = {"Content-Length": str(len(body))} | headers
                start_response(f"{status} Fault", list(headers.items()))
                return [body]
            return (data if "DataProxy" in environ["PATH_INFO"] else runs)(environ, start_response)

        return serve


class Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *_: Any) -> None:
        pass


@contextmanager
def serving(application: Callable[..., Iterable[bytes]]) -> Iterator[str]:
    """The address of a server that runs until the block ends."""
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Quiet)
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
