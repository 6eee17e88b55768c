"""What Flyte 2's SDK reports of the runs it executes on a user's own machine, as documents.

Seen with SDK 2.12.1 (`local_tracked=True`):

- The root action is `a0` and is the workflow's own execution. `CreateRun` brings its task, the
  first report of every other action brings that action's task and parent.
- An event is one attempt's phase at a time. Failed means that the attempt did: the next one, if
  there is, is reported as running, and reopens what the failure had ended.
- A context travels in the inputs that are uploaded for an action (`inputs_context`). The root's
  are uploaded without one, so that its own context is never known.
- Tasks are serialised without their links, so that none arrive. A later SDK's would be taken.
- The organisation is the first word of the host that the SDK reports to, so of LinkHub's own
  name: it means nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from linkhub.ingest.flyte2 import parts, values
from linkhub.ingest.flyte2.messages import INPUTS
from linkhub.ingest.flyte2.values import Invalid
from linkhub.ingest.flyte2.wire import decode
from linkhub.lib.phases import is_terminal
from linkhub.lib.plain_errors import plain_message
from linkhub.runs.documents import ActionDocument, ActionFields, RunDocument
from linkhub.runs.phases import Phase

M = TypeVar("M", bound=BaseModel)
ENGINE = "flyte2"
SOURCE = "flyte2-tracked"
ROOT = "a0"
# As the SDK's own store has it for a local run.
POD = "localhost"


def run_created(request: Mapping[str, Any]) -> RunDocument:
    """`CreateTrackedRunRequest`. Raises Invalid."""
    template = values.inner(request, "taskSpec", "taskTemplate")
    task = parts.task_of(template) or parts.task_of({"id": request.get("taskId") or {}})
    started = values.moment(request.get("runStartTime"), "runStartTime")
    labels = values.string_map(values.inner(request, "runSpec", "labels").get("values"))
    labels |= values.string_map(request.get("labels"))
    # A name that is given twice is used again by a later run.
    life: dict[str, Any] = {"phase": Phase.RUNNING, "started_at": started, "reopened": True}
    root = life | task | {"name": ROOT, "parent": "", "updated_at": started}
    root |= _links(template)
    run = life | {
        "engine": ENGINE,
        "source": SOURCE,
        "workflow": task.get("task"),
        "version": task.get("task_version"),
        "created_at": started,
        "updated_at": started,
        "labels": labels,
    }
    actions = [_valid(ActionDocument, root)]
    return _valid(RunDocument, dict(parts.given(run.items())) | {"actions": actions})


def action_reported(update: Mapping[str, Any]) -> RunDocument:
    """`TrackedActionUpdate`: the action, and where it is the root the run as well.

    Raises Invalid.
    """
    event, status = values.inner(update, "event"), values.inner(update, "status")
    name = values.inner(event, "id").get("name")
    at = values.moment(event.get("updatedTime") or event.get("reportedTime"), "updatedTime")
    life = _life(event, status)
    action: dict[str, Any] = life | _spec(update)
    action |= {"name": name, "updated_at": at, "attempts": [_attempt(event, at, life)]}
    if name == ROOT:
        action["parent"] = ""
    elif update.get("parentName"):
        action["parent"] = update["parentName"]
    if life.get("phase") == Phase.RUNNING and values.attempt(event.get("attempt")) == 1:
        action["reopened"] = True
    document: dict[str, Any] = {"actions": [_valid(ActionDocument, action)]}
    if name == ROOT:
        document |= life | {"updated_at": at}
    return _valid(RunDocument, document)


def inputs_context(data: bytes) -> ActionFields:
    """The action whose inputs (`flyteidl2.task.Inputs`) these are. Raises WireError."""
    found = values.context(decode(INPUTS, data).get("context"))
    return _valid(ActionFields, {"context": found})


def _life(event: Mapping[str, Any], status: Mapping[str, Any]) -> dict[str, Any]:
    phase = values.phase(status.get("phase")) or values.phase(event.get("phase"))
    life = {
        "phase": phase,
        "started_at": values.moment(status.get("startTime"), "startTime"),
        "ended_at": values.moment(status.get("endTime"), "endTime"),
    }
    return dict(parts.given(life.items()))


def _attempt(
    event: Mapping[str, Any], at: datetime | None, life: Mapping[str, Any]
) -> dict[str, Any]:
    """The first attempt began when the action did, a later one when it was first reported."""
    number = values.attempt(event.get("attempt"))
    phase = values.phase(event.get("phase"))
    ended = at if is_terminal(phase) else None
    began = values.moment(event.get("startTime"), "startTime")
    if began is None:
        began = life.get("started_at") if number == 1 else at if ended is None else None
    times = dict(parts.given({"started_at": began, "ended_at": ended}.items()))
    attempt: dict[str, Any] = {"number": number, "updated_at": at, "phase": phase} | times
    attempt["cluster"] = values.short(event.get("cluster"))
    attempt["error"] = parts.error_of(values.inner(event, "errorInfo"))
    pods = parts.pods(values.inner(event, "logContext"))
    attempt["pods"] = pods or [{"name": POD, "primary": True} | times]
    return dict(parts.given(attempt.items()))


def _spec(update: Mapping[str, Any]) -> dict[str, Any]:
    """The task of an action's first report; a traced function has a name alone."""
    if trace := values.inner(update, "trace"):
        return {"task": values.short(trace.get("name")), "task_type": "trace"}
    template = values.inner(update, "task", "spec", "taskTemplate")
    task = parts.task_of(template)
    task = task or parts.task_of({"id": values.inner(update, "task", "id")})
    return task | _links(template)


def _links(template: Mapping[str, Any]) -> dict[str, Any]:
    logs = values.objects(values.inner(template, "metadata").get("logLinks"))
    links = parts.links(logs, {})
    return {"links": links, "replaces_task_links": True} if links else {}


def _valid(model: type[M], data: Any) -> M:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise Invalid(f"{where}: {plain_message(first['msg'])}") from error
