"""The URL policy of this instance: what the settings allow, and the hosts of its tools."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.conf import settings

from linkhub.lib.url_policy import UrlPolicy, host_of
from linkhub.links.resolving.facts import ToolSpec

ALWAYS = frozenset({"http", "https"})


def url_policy(tools: Iterable[ToolSpec]) -> UrlPolicy:
    """The policy where `tools` are the instance's."""
    return UrlPolicy(
        schemes=ALWAYS | {scheme.lower() for scheme in settings.LINKHUB_SCHEMES},
        max_length=settings.LINKHUB_MAX_URL_LENGTH,
        admin_hosts=tuple(settings.LINKHUB_ADMIN_HOSTS),
        attached_hosts=tuple(settings.LINKHUB_ATTACHED_HOSTS),
        variable_hosts=tuple(settings.LINKHUB_VARIABLE_HOSTS),
        tool_hosts=frozenset(_hosts(tools)),
    )


def _hosts(tools: Iterable[ToolSpec]) -> Iterator[str]:
    for tool in tools:
        urls = [tool.base_url, *(str(one.get("base_url") or "") for one in tool.overrides)]
        for url in urls:
            if url and (host := host_of(url)):
                yield host
