"""Flyte 1's executions, nodes and tasks as documents: a node is an action, a try an attempt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from linkhub.ingest.flyte1 import parts
from linkhub.ingest.flyte1.messages import (
    Closure,
    Execution,
    ExternalResource,
    NodeEvent,
    NodeExecution,
    TaskEvent,
    TaskExecution,
    TaskState,
    WorkflowEvent,
)
from linkhub.ingest.given import given
from linkhub.lib.phases import is_terminal
from linkhub.runs.attached import AttachedLinkDocument
from linkhub.runs.phases import Phase

ENGINE = "flyte1"
# Of every execution; nothing runs in them.
NOT_SHOWN = frozenset({"start-node", "end-node"})


def namespace_of(project: str, domain: str, said: str = "") -> str:
    return (said or f"{project}-{domain}")[:255]


# --- from the REST gateway --------------------------------------------------------------


def run_of(execution: Execution, read_at: datetime) -> dict[str, Any]:
    closure, spec = execution.closure, execution.spec
    system = spec.metadata.system_metadata
    identifier = execution.id
    return given(
        {
            "engine": ENGINE,
            "source": ENGINE,
            "updated_at": closure.updated_at or read_at,
            "workflow": closure.workflow_id.name or spec.launch_plan.name,
            "version": closure.workflow_id.version or spec.launch_plan.version,
            "org": identifier.org,
            "phase": closure.phase,
            "created_at": closure.created_at,
            "started_at": closure.started_at,
            "ended_at": _ended(closure, closure.phase),
            "launched_by": spec.metadata.principal,
            "cluster": system.execution_cluster,
            "namespace": namespace_of(identifier.project, identifier.domain, system.namespace),
            "labels": spec.labels.values,
        }
    )


def action_of(
    node: NodeExecution,
    parent: str,
    tasks: Sequence[TaskExecution],
    namespace: str,
    read_at: datetime,
) -> list[dict[str, Any]]:
    """A node with its tries, and the parts of an array task as actions below it."""
    closure = node.closure
    stamps = [closure.updated_at, *(task.closure.updated_at for task in tasks)]
    fields: dict[str, Any] = {
        "name": node.id.node_id,
        "updated_at": max((each for each in stamps if each), default=read_at),
        "phase": closure.phase,
        "started_at": closure.started_at or closure.created_at,
        "ended_at": _ended(closure, closure.phase),
    }
    found: list[dict[str, Any]] = []
    links: list[AttachedLinkDocument] = []
    attempts = []
    for task in tasks:
        number, state = task.id.retry_attempt + 1, task.closure
        fields |= _task(task.id.task_id.name, task.id.task_id.version, state)
        attempts.append(_attempt(state, number, namespace) | _times(state))
        links += parts.links_of(state.logs, number)
        found += _parts_of_array(node.id.node_id, state, namespace, fields["updated_at"])
    if closure.error.sentence and not attempts:
        attempts = [given({"number": 1, "phase": closure.phase, "error": closure.error.sentence})]
    action = given(fields | {"attempts": attempts, "links": links})
    return [action | {"parent": parent}, *found]


def _times(closure: Closure) -> dict[str, Any]:
    phase = getattr(closure, "phase", None)
    return given(
        {
            "started_at": closure.started_at or closure.created_at,
            "ended_at": _ended(closure, phase),
        }
    )


def _ended(closure: Closure, phase: Phase | None) -> datetime | None:
    """When it began and how long it took; else when it was last heard of."""
    if not is_terminal(phase):
        return None
    try:
        seconds = float(closure.duration.removesuffix("s") or 0)
        if closure.started_at and seconds:
            return closure.started_at + timedelta(seconds=seconds)
    except (ValueError, OverflowError):
        # Not a duration that any run can have: what else is known counts.
        return closure.updated_at
    return closure.updated_at


# --- from events ------------------------------------------------------------------------


def run_of_event(event: WorkflowEvent) -> dict[str, Any]:
    ended = is_terminal(event.phase)
    return given(
        {
            "updated_at": event.occurred_at,
            "phase": event.phase,
            "started_at": event.occurred_at if event.phase == Phase.RUNNING else None,
            "ended_at": event.occurred_at if ended else None,
            "cluster": event.producer_id,
        }
    )


def action_of_node_event(event: NodeEvent) -> list[dict[str, Any]]:
    if event.id.node_id in NOT_SHOWN:
        return []
    failed = event.error.sentence
    action = {
        "name": event.id.node_id,
        "updated_at": event.occurred_at,
        "parent": event.parent_node_metadata.node_id,
        "phase": event.phase,
        "started_at": event.occurred_at if event.phase == Phase.RUNNING else None,
        "ended_at": event.occurred_at if is_terminal(event.phase) else None,
        "task": event.target_entity.name,
        "task_version": event.target_entity.version,
        "labels": given({"node_name": event.node_name, "error": failed}),
    }
    return [given(action)]


def action_of_task_event(event: TaskEvent, namespace: str) -> list[dict[str, Any]]:
    """The attempt of its node; the node's own phase is the node's to say."""
    number = event.retry_attempt + 1
    attempt = _attempt(event, number, namespace)
    if event.phase == Phase.RUNNING:
        attempt["started_at"] = event.occurred_at
    if is_terminal(event.phase):
        attempt["ended_at"] = event.occurred_at
    attempt |= given({"cluster": event.producer_id})
    node = event.parent_node_execution_id.node_id
    action = {"name": node, "updated_at": event.occurred_at, "attempts": [attempt]}
    action |= given(_task(event.task_id.name, event.task_id.version, event))
    return [action, *_parts_of_array(node, event, namespace, event.occurred_at)]


# --- both -------------------------------------------------------------------------------


def _task(name: str, version: str, state: TaskState) -> dict[str, Any]:
    return {"task": name, "task_version": version, "task_type": state.task_type}


def _attempt(state: TaskState, number: int, namespace: str) -> dict[str, Any]:
    attempt = {
        "number": number,
        "phase": state.phase,
        "error": parts.error_of(state),
        "generated_name": state.metadata.generated_name[:255],
        "pods": [] if parts.is_array(state) else parts.pods_of(state, namespace),
    }
    return given(attempt)


def _parts_of_array(
    node: str, state: TaskState, namespace: str, stamp: datetime
) -> Iterable[dict[str, Any]]:
    """One action for each of an array task's parts, with a try for each time it was run."""
    if not parts.is_array(state):
        return []
    by_index: dict[int, list[ExternalResource]] = {}
    for resource in state.metadata.external_resources:
        by_index.setdefault(resource.index, []).append(resource)
    return [
        _part(node, state, index, resources, namespace, stamp)
        for index, resources in sorted(by_index.items())
    ]


def _part(
    node: str,
    state: TaskState,
    index: int,
    resources: Sequence[ExternalResource],
    namespace: str,
    stamp: datetime,
) -> dict[str, Any]:
    attempts = {each.retry_attempt: each for each in resources}
    links = [
        link for retry, each in attempts.items() for link in parts.links_of(each.logs, retry + 1)
    ]
    fields = {
        "name": f"{node}[{index}]"[:255],
        "updated_at": stamp,
        "parent": node,
        "phase": attempts[max(attempts)].phase,
        "task_type": state.task_type,
        "attempts": [
            given(
                {
                    "number": retry + 1,
                    "phase": each.phase,
                    "pods": parts.resource_pods(state, each, namespace),
                }
            )
            for retry, each in attempts.items()
        ],
        "links": links,
    }
    return given(fields)
