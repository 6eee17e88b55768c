"""What the command reads: a run, its links, and which run somebody means."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from linkhub_client import identity, transport
from linkhub_client.addresses import api_run, unsegment
from linkhub_client.config import Config
from linkhub_client.problems import LinkHubError

TERMINAL = frozenset({"succeeded", "failed", "aborted", "timed_out", "recovered"})
SUCCESS = frozenset({"succeeded", "recovered"})
LATEST = frozenset({"latest", "latest-succeeded", "latest-failed"})
_PAGE = re.compile(
    r"https?://[^/]+/(?:.*/)?projects/([^/]+)/([^/]+)/runs/([^/?#]+)(?:/actions/([^/?#]+))?"
)


class Named(NamedTuple):
    project: str
    domain: str
    run: str
    action: str | None = None


def named(text: str) -> Named:
    """A run or action by `PROJECT/DOMAIN/RUN[/ACTION]`, the address of its page, or RUN alone.

    RUN alone is in LINKHUB_PROJECT and LINKHUB_DOMAIN, and `-` is the one that this process
    belongs to. In a name `/` is written `~2F`, as in an address. Raises LinkHubError.
    """
    if page := _PAGE.match(text):
        return Named(*(unsegment(each) for each in page.groups() if each is not None))
    parts = [unsegment(each) for each in text.strip("/").split("/")]
    if len(parts) in (3, 4):
        return Named(*parts)
    here = identity.current()
    run = here.run if text == "-" else text
    if len(parts) == 1 and here.project and run:
        return Named(here.project, here.domain, run, here.action if text == "-" else None)
    raise LinkHubError(
        f"{text} is no PROJECT/DOMAIN/RUN (or set LINKHUB_PROJECT and LINKHUB_DOMAIN)"
    )


def links(settings: Config, of: Named) -> list[dict[str, Any]]:
    """All links of the run with its actions, or of the action."""
    path: str | None = f"{api_run(*of)}/links"
    found: list[dict[str, Any]] = []
    while path:
        answer = transport.request(settings, "GET", path)
        found += answer["items"]
        path = f"{api_run(*of)}/links?cursor={answer['next']}" if answer["next"] else None
    return found


def phase(settings: Config, of: Named) -> str:
    answer = transport.request(settings, "GET", api_run(*of))
    return answer["phase"] or "running"


def choose(found: list[dict[str, Any]], key: str) -> dict[str, Any]:
    """The link of that key: the run's own before its actions', ready ones, the newest attempt.

    Raises LinkHubError where there is none.
    """
    of_key = [each for each in found if each["key"] == key]
    if not of_key:
        keys = ", ".join(sorted({each["key"] for each in found})) or "none"
        raise LinkHubError(f"there is no link with the key {key}; there are: {keys}")
    return min(
        of_key,
        key=lambda one: (
            one["action"] is not None,
            one["state"] != "ready",
            -(one["attempt"] or 0),
        ),
    )


def line_of(link: dict[str, Any]) -> str:
    """One line of text: for whom, key, state, and the URL or the reason that there is none."""
    subject = [link["action"], link["attempt"] and f"attempt {link['attempt']}", link["pod"]]
    place = " ".join(str(each) for each in subject if each) or "run"
    return "\t".join((place, link["key"], link["state"], link["url"] or link["reason"]))
