"""One execution: its nodes, level by level, and the tries of those that are to be read.

There is no list of an execution's tasks, only one for each node. A node is read when it has
changed since it was last read, and while it goes on, since logs come without any change of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from linkhub.ingest.flyte1.calls import Calls, read_as
from linkhub.ingest.flyte1.documents import NOT_SHOWN, action_of, namespace_of, run_of
from linkhub.ingest.flyte1.listing import mark_of
from linkhub.ingest.flyte1.messages import Execution, NodeExecution, TaskExecution
from linkhub.ingest.flyte1.settings import Flyte1Settings
from linkhub.ingest.sources.connector import Part, Progress, RunRef
from linkhub.ingest.sources.errors import RunError
from linkhub.lib.phases import is_terminal
from linkhub.runs.documents import MAX_ATTEMPTS, RunDocument

# Nodes that are recorded together; a run of many is recorded in at most so many parts.
PART = 25
PARTS = 50
MAX_NODES = 50_000
# A node that never ends, of a run that has, is not waited for any longer than this.
PATIENCE = timedelta(minutes=10)


@dataclass(frozen=True)
class Node:
    execution: NodeExecution
    parent: str

    @property
    def mark(self) -> str:
        """Empty while it goes on: then it is read every time."""
        closure = self.execution.closure
        return mark_of(closure.phase, closure.updated_at) if self.is_over else ""

    @property
    def is_over(self) -> bool:
        return is_terminal(self.execution.closure.phase)

    @property
    def is_shown(self) -> bool:
        own = self.execution
        return not {own.id.node_id, own.metadata.spec_node_id} & NOT_SHOWN

    @property
    def has_children(self) -> bool:
        own = self.execution.metadata
        return own.is_parent_node or own.is_dynamic or own.is_array


class RunReader:
    """Reads one run. Raises SourceError, RunError."""

    def __init__(self, calls: Calls, settings: Flyte1Settings, run: RunRef, now: datetime) -> None:
        self._calls = calls
        self._settings = settings
        self._names = (run.scope.project, run.scope.domain, run.name)
        self._now = now

    def parts(self, progress: Progress) -> Iterator[Part]:
        """What is new since `progress`, so many nodes at a time."""
        execution = read_as(Execution, self._calls.get(("executions", *self._names)))
        nodes = self._nodes()
        marks: dict[str, str] = dict(progress.get("marks", {}))
        due = [
            name for name, node in nodes.items() if not node.mark or marks.get(name) != node.mark
        ]
        size = max(PART, len(due) // PARTS)
        finished = self._is_finished(execution, nodes.values())
        for at in range(0, max(len(due), 1), size):
            chunk = {name: nodes[name] for name in due[at : at + size]}
            document = self._document(execution, chunk.values())
            marks |= {name: node.mark for name, node in chunk.items()}
            yield Part(document, {"marks": dict(marks)}, finished and at + size >= len(due))

    def _document(self, execution: Execution, nodes: Any) -> RunDocument:
        run = run_of(execution, self._now) | self._source_url()
        system = execution.spec.metadata.system_metadata
        namespace = namespace_of(*self._names[:2], system.namespace)
        run["actions"] = [
            action
            for node in nodes
            for action in action_of(
                node.execution, node.parent, self._tasks(node), namespace, self._now
            )
        ]
        return RunDocument.model_validate(run)

    def _nodes(self) -> dict[str, Node]:
        """Every node by its name, those of the execution itself first."""
        found: dict[str, Node] = {}
        parents = [""]
        while parents:
            parent = parents.pop(0)
            for node in self._children(parent):
                name = node.execution.id.node_id
                if name in found or not node.is_shown:
                    continue
                found[name] = node
                if node.has_children:
                    parents.append(name)
                if len(found) > MAX_NODES:
                    raise RunError(f"The run has more than {MAX_NODES} nodes.")
        return found

    def _children(self, parent: str) -> Iterator[Node]:
        above = {"unique_parent_id": parent} if parent else {}
        for items, _ in self._calls.pages(
            ("node_executions", *self._names), "node_executions", **above
        ):
            for item in items:
                yield Node(read_as(NodeExecution, item), parent)

    def _tasks(self, node: Node) -> Sequence[TaskExecution]:
        """Its tries, in order; the last ones where there are more than are kept."""
        path = ("task_executions", *self._names, node.execution.id.node_id)
        found: dict[int, TaskExecution] = {}
        for items, _ in self._calls.pages(path, "task_executions"):
            for item in items:
                task = read_as(TaskExecution, item)
                found[task.id.retry_attempt] = task
        return [found[number] for number in sorted(found)][-MAX_ATTEMPTS:]

    def _source_url(self) -> dict[str, str]:
        base = self._settings.console_url.rstrip("/")
        if not base:
            return {}
        project, domain, name = (quote(each, safe="") for each in self._names)
        path = f"/console/projects/{project}/domains/{domain}/executions/{name}"
        return {"source_url": f"{base}{path}"}

    def _is_finished(self, execution: Execution, nodes: Any) -> bool:
        closure = execution.closure
        if not is_terminal(closure.phase):
            return False
        long_ago = closure.updated_at is not None and closure.updated_at < self._now - PATIENCE
        return long_ago or all(node.is_over for node in nodes)
