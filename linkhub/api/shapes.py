"""What the API answers with. The shapes are the OpenAPI document's, checked by mypy, not again
when a request is answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NotRequired

from django.urls import reverse
from typing_extensions import TypedDict

from linkhub.links.read import ShownLink


class Recorded(TypedDict):
    """What was recorded; `url` is the address of its page."""

    project: str
    domain: str
    run: str
    action: NotRequired[str]
    url: str


class RecordedTaskLinks(TypedDict):
    project: str
    task: str
    version: str


class Deleted(TypedDict):
    deleted: bool


class BacklinkJson(TypedDict):
    """The way back from the tool: `state` is `pending`, `written` or `failed`."""

    state: str
    error: str


class LinkJson(TypedDict):
    """A link for one subject; `url` is null unless `state` is `ready`. `backlink` is null unless
    its definition asks for one."""

    project: str
    domain: str | None
    run: str | None
    action: str | None
    attempt: int | None
    pod: str | None
    key: str
    name: str
    description: str
    level: str
    url: str | None
    state: str
    reason: str
    missing: list[str]
    notes: list[str]
    tool: str | None
    provider: str | None
    group: str
    link_type: str
    icon: str
    message_format: str
    origin: str
    new_tab: bool
    updating: bool
    resolved_at: datetime | None
    backlink: BacklinkJson | None
    broken: str | None
    checked_at: datetime | None


class LinkList(TypedDict):
    items: list[LinkJson]
    next: str | None


class FoundLinks(TypedDict):
    """`to_come`: how many units' links are still to be resolved, counted to 1,000."""

    items: list[LinkJson]
    next: str | None
    to_come: int


class DefinitionJson(TypedDict):
    """A definition as a document; `project` is null for the instance's."""

    project: str | None
    key: str
    name: str
    description: str
    level: str
    tool: str | None
    provider: str | None
    params: dict[str, Any]
    template: str | None
    select: dict[str, Any]
    when: dict[str, Any]
    show_while_pending: bool
    hide_once_finished: bool
    ttl: str | None
    group: str
    position: int
    icon: str
    link_type: str
    new_tab: bool
    backlink: bool
    enabled: bool


class DefinitionList(TypedDict):
    items: list[DefinitionJson]
    next: str | None


class ToolJson(TypedDict):
    name: str
    kind: str
    title: str
    base_url: str
    settings: dict[str, str]
    overrides: list[dict[str, Any]]
    icon: str
    position: int
    check_links: bool


class ProjectJson(TypedDict):
    name: str
    title: str
    description: str
    visibility: str


class ProjectList(TypedDict):
    items: list[ProjectJson]
    next: str | None


def recorded(project: str, domain: str, run: str, action: str | None = None) -> Recorded:
    if action is None:
        url = reverse("run", args=[project, domain, run])
        return Recorded(project=project, domain=domain, run=run, url=url)
    url = reverse("action", args=[project, domain, run, action])
    return Recorded(project=project, domain=domain, run=run, action=action, url=url)


def link_json(link: ShownLink) -> LinkJson:
    return LinkJson(
        project=link.project,
        domain=link.domain or None,
        run=link.run or None,
        action=link.action or None,
        attempt=link.attempt,
        pod=link.pod or None,
        key=link.key,
        name=link.name,
        description=link.description,
        level=link.level,
        url=link.url or None,
        state=link.state,
        reason=link.reason,
        missing=list(link.missing),
        notes=list(link.notes),
        tool=link.tool or None,
        provider=link.provider or None,
        group=link.group,
        link_type=link.link_type,
        icon=link.icon,
        message_format=link.message_format,
        origin=link.origin,
        new_tab=link.new_tab,
        updating=link.updating,
        resolved_at=link.resolved_at,
        backlink=_backlink_json(link),
        broken=link.broken or None,
        checked_at=link.checked_at,
    )


def _backlink_json(link: ShownLink) -> BacklinkJson | None:
    shown = link.backlink
    return None if shown is None else BacklinkJson(state=shown.state, error=shown.error)
