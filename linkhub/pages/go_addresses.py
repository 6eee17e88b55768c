"""`/go` addresses that can be kept: read back from what one has, and made for a run's links."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

from django.http import QueryDict
from django.urls import Resolver404, ResolverMatch, resolve, reverse

from linkhub.lib.storable import is_storable
from linkhub.links.read import ShownLink

ROUTES = ("go_project", "go_run", "go_action")
PARAMETERS = ("workflow", "attempt", "pod")
LATEST = "latest"


def resolved(address: str) -> tuple[ResolverMatch, QueryDict] | None:
    """What one of LinkHub's own addresses leads to, and its query; none where that is no page."""
    if not address.startswith("/") or not is_storable(address):
        return None
    try:
        parts = urlsplit(address)
        if parts.netloc:
            return None
        return resolve(unquote(parts.path)), QueryDict(parts.query)
    except (Resolver404, ValueError):
        return None


def own_address(pasted: str, host: str) -> str:
    """An address as it stands in the browser's bar, without scheme and host where they are ours."""
    text = pasted.strip()
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    if parts.scheme in {"http", "https"} and parts.netloc == host:
        return parts._replace(scheme="", netloc="").geturl()
    return text


def go_address(address: str, project: str) -> str:
    """The `/go` address in its one form, `""` for what is none of this project's."""
    found = resolved(address)
    if found is None or found[0].url_name not in ROUTES:
        return ""
    match, query = found
    names: dict[str, Any] = match.kwargs | {"key": match.kwargs["key"].removesuffix("+")}
    if names["project"] != project:
        return ""
    return _with(
        reverse(match.url_name, kwargs=names), {name: query.get(name) for name in PARAMETERS}
    )


def latest_address(link: ShownLink, *, workflow: str, step: str = "") -> str:
    """The same link of whatever ran last; `step` is the action or its task, where it has one.

    Of a project's own link, its one address.
    """
    names: dict[str, Any] = {"project": link.project, "key": link.key}
    if not link.run:
        return reverse("go_project", kwargs=names)
    names |= {"domain": link.domain, "run": LATEST}
    if step:
        address = reverse("go_action", kwargs=names | {"action": step})
    else:
        address = reverse("go_run", kwargs=names)
    return _with(address, {"workflow": workflow})


def _with(address: str, parameters: Mapping[str, str | None]) -> str:
    given = {name: value for name, value in parameters.items() if value}
    return f"{address}?{urlencode(given)}" if given else address
