"""What a Flyte 2 back end says of a run and its actions, as documents.

`ActionDetails` has everything of an action but its context, which stands in its inputs. The list
of actions has neither tasks nor attempts.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from linkhub.ingest.flyte2 import parts, values
from linkhub.ingest.flyte2.tracked import ENGINE, ROOT
from linkhub.runs.documents import MAX_ATTEMPTS, ActionDocument

SOURCE = "flyte2"


def run_of(root: Mapping[str, Any], spec: Mapping[str, Any], read_at: datetime) -> dict[str, Any]:
    """The run's own fields, by its root action's details and its `RunSpec`."""
    action = action_of(root, None, read_at)
    attempts = action.get("attempts", [])
    status = values.inner(root, "status")
    run = {
        "engine": ENGINE,
        "source": SOURCE,
        "updated_at": read_at,
        "workflow": action.get("task"),
        "version": action.get("task_version"),
        "org": values.short(values.inner(root, "id", "run").get("org")),
        "phase": action.get("phase"),
        # The status says when the run was made, its first attempt when it began.
        "created_at": values.moment(status.get("startTime"), "startTime"),
        "started_at": attempts[0].get("started_at") if attempts else None,
        "ended_at": action.get("ended_at"),
        "launched_by": _principal(values.inner(root, "metadata", "executedBy")),
        "cluster": attempts[-1].get("cluster") if attempts else None,
    }
    labels = values.string_map(values.inner(spec, "labels").get("values"))
    return dict(parts.given(run.items())) | ({"labels": labels} if labels else {})


def action_of(
    details: Mapping[str, Any], context: dict[str, str] | None, read_at: datetime
) -> dict[str, Any]:
    """An action by its details; without `context`, what is recorded of it stays."""
    metadata, status = values.inner(details, "metadata"), values.inner(details, "status")
    template = values.inner(details, "task", "taskTemplate")
    name = values.inner(details, "id").get("name")
    attempts = [_attempt(each, read_at) for each in values.objects(details.get("attempts"))]
    attempts = attempts[-MAX_ATTEMPTS:] or _unattempted(details, status, read_at)
    action = {
        "name": name,
        "updated_at": read_at,
        "phase": values.phase(status.get("phase")),
        "started_at": values.moment(status.get("startTime"), "startTime"),
        "ended_at": values.moment(status.get("endTime"), "endTime"),
        "attempts": attempts,
        "context": context,
    }
    parent = "" if name == ROOT else values.short(metadata.get("parent"))
    found = dict(parts.given(action.items())) | _task(details, metadata, template)
    return found | {"parent": parent} | _links(details, template)


def _task(
    details: Mapping[str, Any], metadata: Mapping[str, Any], template: Mapping[str, Any]
) -> dict[str, Any]:
    """Of the task's template, else of the names that the metadata has."""
    if template:
        return parts.task_of(template)
    if task := values.inner(metadata, "task"):
        named = parts.task_of({"id": task.get("id"), "type": task.get("taskType")})
        return named or {"task": values.short(metadata.get("funtionName"))}
    for kind in ("trace", "condition"):
        if kind in metadata or kind in details:
            name = values.inner(metadata, kind).get("name") or metadata.get("funtionName")
            return {"task_type": kind} | ({"task": values.short(name)} if name else {})
    return {}


def _attempt(attempt: Mapping[str, Any], read_at: datetime) -> dict[str, Any]:
    found = {
        "number": values.attempt(attempt.get("attempt")),
        "updated_at": read_at,
        "phase": values.phase(attempt.get("phase")),
        "started_at": values.moment(attempt.get("startTime"), "startTime"),
        "ended_at": values.moment(attempt.get("endTime"), "endTime"),
        "cluster": values.short(attempt.get("cluster")),
        "error": parts.error_of(values.inner(attempt, "errorInfo")),
        "pods": parts.pods(values.inner(attempt, "logContext")),
    }
    return dict(parts.given(found.items()))


def _unattempted(
    details: Mapping[str, Any], status: Mapping[str, Any], read_at: datetime
) -> list[dict[str, Any]]:
    """What failed or was aborted without an attempt gets one, to hold the reason."""
    error = parts.error_of(values.inner(details, "errorInfo"))
    error = error or values.text(values.inner(details, "abortInfo").get("reason"))
    if not error:
        return []
    phase = values.phase(status.get("phase"))
    return [{"number": 1, "updated_at": read_at, "error": error, "phase": phase}]


def _links(details: Mapping[str, Any], template: Mapping[str, Any]) -> dict[str, Any]:
    """Given on every read, so that links that are gone there go here too."""
    templates = values.objects(values.inner(template, "metadata").get("logLinks"))
    attempts = values.objects(details.get("attempts"))
    rendered = {
        values.attempt(each.get("attempt")): values.objects(each.get("logInfo"))
        for each in attempts
    }
    links = parts.links(templates, rendered)
    return {"links": links, "replaces_task_links": bool(links)}


def _principal(identity: Mapping[str, Any]) -> str:
    """Who ran it, by the most readable of the names that the identity provider gave."""
    user, spec = values.inner(identity, "user"), values.inner(identity, "user", "spec")
    names = (
        spec.get("email"),
        spec.get("userHandle"),
        values.inner(identity, "application", "spec").get("name"),
        values.inner(user, "id").get("subject"),
        values.inner(identity, "application", "id").get("subject"),
    )
    return values.short(next(filter(None, names), ""))


def validated(action: Mapping[str, Any]) -> ActionDocument:
    """Raises ValidationError."""
    return ActionDocument.model_validate(action)
