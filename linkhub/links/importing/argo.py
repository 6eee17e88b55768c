"""Argo Workflows' `links`: of its ConfigMap, by scope, with `${…}` for the object's fields.

The scopes and variables are those of Argo's `docs/links.md`. What Argo has no value for becomes
empty text there; here such a link waits, naming the variable.
"""

from __future__ import annotations

import re
from typing import Any

from linkhub.links.as_code.tree import Location
from linkhub.links.importing.embedded import unfolded
from linkhub.links.importing.found import Source, maps_in

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
# Scope: the level of LinkHub's link, and its type.
SCOPES = {
    "workflow": ("run", "external"),
    "pod": ("pod", "external"),
    "pod-logs": ("pod", "logs"),
    "workflow-list": ("project", "external"),
    "chat": ("project", "external"),
}
ABSENT = {
    "event-source-logs": "LinkHub has no event sources",
    "sensor-logs": "LinkHub has no sensors",
}
OF_WORKFLOW = {
    "metadata.name": "runName",
    "metadata.namespace": "namespace",
    "spec.workflowTemplateRef.name": "workflow",
    "metadata.labels.workflows.argoproj.io/workflow-template": "workflow",
    "status.startedAt": "runStartTime",
    "status.finishedAt": "runEndTime",
    "status.startedAtEpoch": "runStartTime | epoch_ms",
    "status.finishedAtEpoch": "runEndTime | epoch_ms",
}
OF_POD = {
    "metadata.name": "podName",
    "metadata.namespace": "namespace",
    "metadata.uid": "podUID",
    "status.startedAt": "startTime",
    "status.finishedAt": "endTime",
    "status.startedAtEpoch": "startTime | epoch_ms",
    "status.finishedAtEpoch": "endTime | epoch_ms",
}
LABELS = "metadata.labels."


class _NotKnown(ValueError):
    """A field that LinkHub has no value for."""


def read_argo(source: Source) -> None:
    """Add what the configuration says to the source's findings."""
    found = False
    for loc, section in maps_in(unfolded(source.document.data)):
        links = section.get("links")
        if isinstance(links, list) and any(_is_link(each) for each in links):
            found = True
            for number, link in enumerate(links):
                _read_link(source, (*loc, "links", number), link)
    if not found:
        source.leave_out((), "the file", "holds no `links` of Argo's")


def _is_link(link: Any) -> bool:
    return isinstance(link, dict) and "scope" in link and "url" in link


def _read_link(source: Source, loc: Location, link: Any) -> None:
    if not _is_link(link):
        source.leave_out(loc, f"links[{loc[-1]}]", "has no scope or no url")
        return
    name, scope, url = str(link.get("name") or "Link"), str(link["scope"]), str(link["url"])
    why = _refusal(scope, url)
    if why:
        source.leave_out(loc, name, why)
        return
    level, link_type = SCOPES[scope]
    try:
        template = _VARIABLE.sub(lambda match: f"{{{{ {_variable(match[1], scope)} }}}}", url)
    except _NotKnown as error:
        source.leave_out(loc, name, str(error))
        return
    definition = {
        "name": name,
        "template": template.strip(),
        "level": level,
        "link_type": link_type,
        "new_tab": link.get("target", "_blank") != "_self",
        "group": "Help" if scope == "chat" else "",
    }
    if "finishedAt}" in url:
        source.note(loc, name, "while it goes on the end is now; Argo writes null")
    source.add(loc, definition)


def _refusal(scope: str, url: str) -> str:
    if scope in ABSENT:
        return ABSENT[scope]
    if scope not in SCOPES:
        return f"the scope {scope} is none that is known"
    if "://" not in url.split("$", 1)[0]:
        return "its address is relative, and leads into Argo itself"
    return "its address has {{, which begins a variable here" if "{{" in url else ""


def _variable(field: str, scope: str) -> str:
    """LinkHub's name of the field. Raises _NotKnown."""
    field = field.strip()
    inner = field.removeprefix("workflow.")
    if scope in {"chat", "workflow-list"}:
        raise _NotKnown(f"${{{field}}} has no value outside of a workflow")
    known = OF_POD if scope.startswith("pod") and inner == field else OF_WORKFLOW
    if inner in known:
        return known[inner]
    if inner.startswith(LABELS):
        return f'labels["{inner.removeprefix(LABELS)}"]'
    raise _NotKnown(f"LinkHub has no value for ${{{field}}}")
