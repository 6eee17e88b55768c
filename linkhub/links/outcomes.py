"""From resolved links to the rows that are stored, each with a digest of what it says."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, TypeAlias

import orjson

from linkhub.lib.url_policy import url_digest
from linkhub.links.claims import Claimed
from linkhub.links.models import State
from linkhub.links.resolving.catalogue import Catalogue
from linkhub.links.resolving.facts import ResolvedLink, UnitFacts
from linkhub.links.resolving.resolve import resolve_unit
from linkhub.runs.pending import Unit

# The reason of a link that waits for the Python lane.
UPDATING = "updating"
# Stands in for now in digests: an open end moves on without anything having changed.
STEADY_NOW = datetime(2000, 1, 1, tzinfo=UTC)
# All that a link says, but for whom it is and what `digest_of` has in another form.
_NOT_SAID = frozenset({"subject", "url", "expires_at"})
_said = attrgetter(*(each.name for each in fields(ResolvedLink) if each.name not in _NOT_SAID))

# Attempt id, pod id, key: which of its unit's links one is.
Identity: TypeAlias = tuple[int | None, int | None, str]
Row: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What resolving a claimed unit came to. `undecided` are the links only Python code can
    give a URL; their rows say that they wait. `facts` is None where the unit is gone.
    """

    claimed: Claimed
    facts: UnitFacts | None
    rows: Mapping[Identity, Row]
    undecided: frozenset[Identity] = frozenset()


def outcome_of(
    claimed: Claimed, facts: UnitFacts | None, catalogue: Catalogue, now: datetime
) -> Outcome:
    """Resolve one unit, all but Python links."""
    if facts is None:
        return Outcome(claimed, None, {})
    links = resolve_unit(facts, catalogue, now=now)
    digests = digests_of(facts, catalogue, links)
    rows = {
        identity_of(link): row_of(claimed.unit, facts, link, digest)
        for link, digest in zip(links, digests, strict=True)
    }
    undecided = frozenset(identity_of(link) for link in links if not link.state)
    return Outcome(claimed, facts, rows, undecided)


def identity_of(link: ResolvedLink) -> Identity:
    return link.subject.attempt_id, link.subject.pod_id, link.key


def digests_of(
    facts: UnitFacts, catalogue: Catalogue, links: Sequence[ResolvedLink]
) -> list[bytes]:
    """A digest for each link: of all it says, but for what time alone moves on."""
    steady: dict[Identity, str] = {}
    if any(link.depends_on_now for link in links):
        again = resolve_unit(facts, catalogue, now=STEADY_NOW)
        steady = {identity_of(link): link.url for link in again}
    urls = [
        steady.get(identity_of(link), "") if link.depends_on_now else link.url for link in links
    ]
    return [digest_of(facts, link, url) for link, url in zip(links, urls, strict=True)]


def digest_of(facts: UnitFacts, link: ResolvedLink, url: str) -> bytes:
    """16 bytes; `url` is the link's own, or what stands for it where it depends on now."""
    said = (_created(facts), url, link.expires_at, *_said(link))
    return hashlib.sha256(orjson.dumps(said)).digest()[:16]


def _created(facts: UnitFacts) -> datetime | None:
    return facts.run.created_at if facts.run else None


def row_of(unit: Unit, facts: UnitFacts, link: ResolvedLink, digest: bytes) -> Row:
    """The link for `links_link`, as JSON is to have it: the tool by name, bytes in hexadecimal."""
    ready = link.state == State.READY
    return {
        "project_id": unit.project_id,
        "run_id": unit.run_id,
        "action_id": unit.action_id,
        "attempt_id": link.subject.attempt_id,
        "pod_id": link.subject.pod_id,
        "key": link.key,
        "run_created": _created(facts),
        "name": link.name,
        "description": link.description,
        "level": link.level,
        "url": link.url,
        "url_digest": url_digest(link.url).hex() if ready else None,
        "host_origin": link.host_origin,
        "state": link.state or State.WAITING.value,
        "reason": link.reason if link.state else UPDATING,
        "missing": list(link.missing),
        "notes": list(link.notes),
        "origin": link.layer,
        "definition_id": link.definition_id,
        "tool": link.tool,
        "provider": link.provider,
        "group": link.group,
        "position": link.position,
        "icon": link.icon,
        "link_type": link.link_type,
        "message_format": link.message_format,
        "new_tab": link.new_tab,
        "depends_on_now": link.depends_on_now,
        "expires_at": link.expires_at,
        "digest": digest.hex(),
    }
