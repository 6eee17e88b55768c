"""What Flyte says of pods, links and errors, as parts of documents.

Log links travel as `flyteidl2.core.TaskLog`, whose spellings documents take as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from linkhub.ingest.flyte2 import values
from linkhub.ingest.flyte2_local.failures import readable
from linkhub.runs.attached import AttachedLinkDocument

MAX_PODS = 1000
MAX_LINKS = 1000
LINK_FIELDS = (
    "name",
    "uri",
    "messageFormat",
    "ShowWhilePending",
    "HideOnceFinished",
    "linkType",
    "ready",
    "iconUri",
)


def pods(log_context: Mapping[str, Any]) -> list[dict[str, Any]]:
    """`LogContext` as pods, of each its primary container; the worker index is the list's order.

    Names alone are known until a pod has started. An init container is where a pod began, not
    where the task runs, and is left out.
    """
    primary = log_context.get("primaryPodName")
    found: dict[str, dict[str, Any]] = {}
    for index, pod in enumerate(values.objects(log_context.get("pods"))[:MAX_PODS]):
        if name := values.short(pod.get("podName")):
            found[name] = _pod(pod, name) | {"worker_index": index, "primary": name == primary}
    if primary and values.short(primary) not in found:
        name = values.short(primary)
        found[name] = {"name": name, "primary": True}
    return list(found.values())


def _pod(pod: Mapping[str, Any], name: str) -> dict[str, Any]:
    wanted = pod.get("primaryContainerName")
    containers = values.objects(pod.get("containers"))
    named = [each for each in containers if each.get("containerName") == wanted]
    container = (named or containers or [{}])[0]
    times = values.inner(container, "process")
    document = {
        "name": name,
        "namespace": values.short(pod.get("namespace")),
        "container": values.short(wanted or container.get("containerName")),
        "started_at": values.moment(times.get("containerStartTime"), "containerStartTime"),
        "ended_at": values.moment(times.get("containerEndTime"), "containerEndTime"),
    }
    return {key: value for key, value in document.items() if value}


def links(
    templates: Iterable[Mapping[str, Any]],
    rendered: Mapping[int, Iterable[Mapping[str, Any]]],
) -> list[AttachedLinkDocument]:
    """The links of an action: those that Flyte rendered, by attempt, and the templates of the
    others.

    Flyte renders a template once its attempt has a pod, and never for a connector's task; until
    then, and there, LinkHub fills it in. What was rendered has lost its icon, which the template
    of the same name still has. A link without an address is none.
    """
    by_name = {values.text(each.get("name")): each for each in templates if each.get("uri")}
    found = []
    seen = set()
    for number, logs in sorted(rendered.items()):
        for log in logs:
            if log.get("uri"):
                name = values.text(log.get("name"))
                seen.add(name)
                icon = by_name.get(name, {}).get("iconUri")
                found.append(_link({"iconUri": icon, **log}, attempt=number))
    found += [_link(each) for name, each in by_name.items() if name not in seen]
    return [link for link in found if link is not None][:MAX_LINKS]


def _link(log: Mapping[str, Any], **place: int) -> AttachedLinkDocument | None:
    """None where it breaks a rule that documents have, such as an endless address."""
    given = {name: log[name] for name in LINK_FIELDS if log.get(name) is not None}
    given |= {"name": values.text(log.get("name"), 2000), "ShowWhilePending": _flag(log)}
    try:
        return AttachedLinkDocument.model_validate(given | _ttl(log) | place)
    except ValidationError:
        return None


def _flag(log: Mapping[str, Any]) -> bool:
    return log.get("ShowWhilePending") is True


def _ttl(log: Mapping[str, Any]) -> dict[str, str]:
    """`86400s` or `3600.500000000s`, of which whole seconds are enough; zero is none."""
    whole, _, _ = str(log.get("ttl") or "").removesuffix("s").partition(".")
    return {"ttl": f"{whole}s"} if whole.isdecimal() and int(whole) else {}


def error_of(info: Mapping[str, Any]) -> str:
    """`code: message` of an ErrorInfo; of a local run the message is a Python object's text."""
    message = values.text(readable(values.text(info.get("message"))))
    return values.text(": ".join(filter(None, (values.text(info.get("code")), message))))


def task_of(template: Mapping[str, Any]) -> dict[str, Any]:
    """What a TaskTemplate says of its task: fields of an action."""
    identifier = values.inner(template, "id")
    fields = {
        "task": values.short(identifier.get("name")),
        "task_version": version(identifier.get("version")),
        "task_type": values.short(template.get("type")),
        "task_config": values.string_map(template.get("config")),
    }
    return {key: value for key, value in fields.items() if value}


def version(given: Any) -> str:
    """A local run has none: its tasks all say `na`."""
    found = values.short(given)
    return "" if found == "na" else found


def given(fields: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """The fields that have a value."""
    return ((name, value) for name, value in fields if value not in (None, ""))
