"""What Flyte 1 says of pods, logs and array tasks, as parts of documents.

Neither its events nor flyteadmin name pods: a pod is called as its task's generated name, or as
the operator of a distributed job calls the pod where it begins. Of a connector's task, which has
none, nothing is made up.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from linkhub.ingest.flyte1.messages import ExternalResource, TaskLog, TaskState
from linkhub.lib.phases import FAILURE
from linkhub.links.resolving.flyte_names import dns_1123
from linkhub.runs.attached import AttachedLinkDocument

# The end of a pod's name by the plugin that runs the task, else by the task's type.
PODS = {
    "container": "",
    "sidecar": "",
    "pod": "",
    "python-task": "",
    "raw-container": "",
    "spark": "-driver",
    "pytorch": "-master-0",
    "tensorflow": "-chief-0",
}
ARRAYS = frozenset({"container_array", "k8s-array", "ArrayNode", "array"})
MAX_POD_NAME = 253
FORMATS: dict[str | int, str] = {"CSV": "csv", "JSON": "json", 1: "csv", 2: "json"}


def pods_of(task: TaskState, namespace: str) -> list[dict[str, Any]]:
    ending = PODS.get(task.metadata.plugin_identifier or task.task_type)
    name = dns_1123(task.metadata.generated_name) if ending is not None else ""
    if not name:
        return []
    pod = {"name": f"{name}{ending}"[:MAX_POD_NAME], "primary": True, "namespace": namespace}
    return [{key: held for key, held in pod.items() if held}]


def is_array(task: TaskState) -> bool:
    return bool({task.metadata.plugin_identifier, task.task_type} & ARRAYS)


def resource_pods(
    task: TaskState, resource: ExternalResource, namespace: str
) -> list[dict[str, Any]]:
    """`<parent>-<index>`, and the try where it is a later one."""
    if not task.metadata.generated_name:
        return []
    tail = f"-{resource.retry_attempt}" if resource.retry_attempt else ""
    name = dns_1123(f"{task.metadata.generated_name}-{resource.index}{tail}")
    return [{"name": name, "primary": True, "namespace": namespace}]


def links_of(logs: Iterable[TaskLog], attempt: int) -> list[AttachedLinkDocument]:
    """An attempt's logs; one without address, or that breaks a rule of links, is none."""
    found = (_link(log, attempt) for log in logs if log.uri)
    return [link for link in found if link is not None]


def _link(log: TaskLog, attempt: int) -> AttachedLinkDocument | None:
    whole = (log.ttl or "").removesuffix("s").partition(".")[0]
    fields = {
        "name": log.name[:2000],
        "url": log.uri,
        "attempt": attempt,
        "link_type": "logs",
        "message_format": FORMATS.get(log.message_format, ""),
        "show_while_pending": log.show_while_pending,
        "hide_once_finished": log.hide_once_finished,
    }
    if whole.isdecimal() and int(whole):
        fields["ttl"] = f"{whole}s"
    try:
        return AttachedLinkDocument.model_validate(fields)
    except ValidationError:
        return None


def error_of(task: TaskState) -> str:
    """The error, else what a phase that is none of success's gave for its reason."""
    if task.error.sentence:
        return task.error.sentence
    if task.phase not in FAILURE and task.phase != "aborted":
        return ""
    return task.reasons[-1].message if task.reasons else task.reason
