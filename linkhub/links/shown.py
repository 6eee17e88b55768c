"""A link as pages and the API show it, from its stored row or resolved in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from linkhub.lib.url_policy import HostOrigin, UrlPolicy, check_url
from linkhub.links.models import State
from linkhub.links.outcomes import UPDATING
from linkhub.links.resolving.facts import PodFacts, ResolvedLink, Subject, UnitFacts

# Where a pod stands among those of its attempt: primary first, then by worker index, then name.
PodPlace: TypeAlias = tuple[bool, bool, int, str]


class Place(NamedTuple):
    """The names of a unit."""

    project: str
    domain: str | None = None
    run: str | None = None
    action: str | None = None


@dataclass(frozen=True, slots=True)
class ShownBacklink:
    """What became of writing the way back: `state` as in `Backlink`, and the last error."""

    state: str
    error: str


@dataclass(frozen=True, slots=True)
class ShownLink:
    """One link of one subject. `url` is None unless `state` is `ready`.

    `updating`: what is shown differs from the stored row, or is a Python class's last answer;
    a worker is about to store the next. `resolved_at` is of the stored row. `broken` says what is
    wrong with where it leads, as a check found it at `checked_at` (`checking/`).
    """

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
    missing: tuple[str, ...]
    notes: tuple[str, ...]
    tool: str
    provider: str
    group: str
    position: int
    link_type: str
    icon: str
    origin: str
    new_tab: bool
    updating: bool
    resolved_at: datetime | None
    message_format: str
    backlink: ShownBacklink | None = None
    broken: str = ""
    checked_at: datetime | None = None


class StoredLink(NamedTuple):
    """A row of Link, in the order of `STORED_COLUMNS`."""

    attempt_id: int | None
    pod_id: int | None
    key: str
    attempt: int | None
    pod: str | None
    primary: bool | None
    worker_index: int | None
    name: str
    description: str
    level: str
    url: str
    host_origin: str
    state: str
    reason: str
    missing: tuple[str, ...]
    notes: tuple[str, ...]
    origin: str
    tool: str | None
    provider: str
    group: str
    position: int
    icon: str
    link_type: str
    message_format: str
    new_tab: bool
    depends_on_now: bool
    expires_at: datetime | None
    digest: bytes
    resolved_at: datetime
    backlink_state: str | None
    backlink_error: str | None

    @property
    def backlink(self) -> ShownBacklink | None:
        state = self.backlink_state
        return None if state is None else ShownBacklink(state, self.backlink_error or "")

    @classmethod
    def of(cls, row: Sequence[Any]) -> StoredLink:
        """The row as the database driver gives it; lists become tuples, so that it has a hash."""
        return cls._make(tuple(value) if type(value) is list else value for value in row)

    @property
    def may_change(self) -> bool:
        """Whether time alone may ever make the row out of date."""
        return self.depends_on_now or self.expires_at is not None

    def is_timed(self, now: datetime) -> bool:
        """Whether time alone has made the row out of date."""
        if self.state in (State.HIDDEN, State.EXPIRED):
            return False
        expired = self.expires_at is not None and self.expires_at <= now
        return self.depends_on_now or expired


STORED_COLUMNS = tuple(
    {
        "attempt": "attempt__number",
        "pod": "pod__name",
        "primary": "pod__primary",
        "worker_index": "pod__worker_index",
        "tool": "tool__name",
        "backlink_state": "backlink__state",
        "backlink_error": "backlink__error",
    }.get(name, name)
    for name in StoredLink._fields
)


class Sorted(NamedTuple):
    """A shown link with what it is ordered by within its unit."""

    group: str
    position: int
    name: str
    key: str
    newest_attempt: int
    pod: PodPlace
    link: ShownLink


def show_stored(stored: StoredLink, place: Place, policy: UrlPolicy, *, updating: bool) -> Sorted:
    link = ShownLink(
        *place,
        attempt=stored.attempt,
        pod=stored.pod,
        key=stored.key,
        name=stored.name,
        description=stored.description,
        level=stored.level,
        url=stored.url if stored.state == State.READY else None,
        state=stored.state,
        reason=stored.reason,
        missing=stored.missing,
        notes=(*stored.notes, *_said_of(stored.backlink)),
        tool=stored.tool or "",
        provider=stored.provider,
        group=stored.group,
        position=stored.position,
        link_type=stored.link_type,
        icon=stored.icon,
        origin=stored.origin,
        new_tab=stored.new_tab,
        updating=updating,
        resolved_at=stored.resolved_at,
        message_format=stored.message_format,
        backlink=stored.backlink,
    )
    pod = PodFacts(
        stored.pod_id,
        stored.pod or "",
        worker_index=stored.worker_index,
        primary=bool(stored.primary),
    )
    return _sorted(_checked(link, stored.host_origin, policy), pod)


def show_resolved(
    resolved: ResolvedLink,
    stored: StoredLink | None,
    place: Place,
    pods: Mapping[int, PodFacts],
    *,
    updating: bool,
) -> Sorted:
    """`stored` is the row that the link is going to replace; the policy has seen the URL."""
    backlink = stored.backlink if stored else None
    link = ShownLink(
        *place,
        attempt=resolved.subject.attempt,
        pod=resolved.subject.pod,
        key=resolved.key,
        name=resolved.name,
        description=resolved.description,
        level=resolved.level,
        url=resolved.url if resolved.state == State.READY else None,
        state=resolved.state,
        reason=resolved.reason,
        missing=resolved.missing,
        notes=(*resolved.notes, *_said_of(backlink)),
        tool=resolved.tool,
        provider=resolved.provider,
        group=resolved.group,
        position=resolved.position,
        link_type=resolved.link_type,
        icon=resolved.icon,
        origin=resolved.layer,
        new_tab=resolved.new_tab,
        updating=updating,
        resolved_at=stored.resolved_at if stored else None,
        message_format=resolved.message_format,
        backlink=backlink,
    )
    return _sorted(link, _pod(resolved.subject, pods))


def show_undecided(
    resolved: ResolvedLink,
    kept: StoredLink | None,
    place: Place,
    pods: Mapping[int, PodFacts],
    policy: UrlPolicy,
    *,
    updating: bool,
) -> Sorted:
    """A Python link: what its class gave last (`kept`), with all else as it is now."""
    if kept is None:
        waiting = replace(resolved, state=State.WAITING.value, reason=UPDATING)
        return show_resolved(waiting, None, place, pods, updating=True)
    as_kept = replace(
        resolved,
        state=kept.state,
        url=kept.url,
        reason=kept.reason,
        missing=tuple(kept.missing),
        notes=tuple(kept.notes),
    )
    shown = show_resolved(as_kept, kept, place, pods, updating=updating)
    return shown._replace(link=_checked(shown.link, kept.host_origin, policy))


def with_error(shown: Sorted, error: str | None) -> Sorted:
    """A Python link whose class cannot be run: failed, or its last answer with a note."""
    if error is None:
        return shown
    link = shown.link
    if link.state == State.WAITING and link.reason == UPDATING:
        return shown._replace(
            link=replace(link, state=State.FAILED.value, reason=error, updating=False)
        )
    note = f"Not made anew: {error}"
    return shown._replace(link=replace(link, notes=(*link.notes, note), updating=False))


def pods_of(facts: UnitFacts) -> dict[int, PodFacts]:
    attempts = facts.action.attempts if facts.action else ()
    return {pod.id: pod for attempt in attempts for pod in attempt.pods if pod.id is not None}


def _said_of(backlink: ShownBacklink | None) -> tuple[str, ...]:
    """What is wrong with the way back, for those who see the link."""
    if backlink is None or not backlink.error:
        return ()
    return (f"The way back from W&B is not written: {backlink.error}",)


def _checked(link: ShownLink, host_origin: str, policy: UrlPolicy) -> ShownLink:
    """The link, blocked where the policy no longer allows a URL that was stored as ready."""
    if link.url is None:
        return link
    refusal = check_url(link.url, origin=HostOrigin(host_origin), policy=policy)
    if refusal is None:
        return link
    reason = f"{refusal.rule}: {refusal.message}"
    return replace(link, url=None, state=State.BLOCKED.value, reason=reason)


def _pod(subject: Subject, pods: Mapping[int, PodFacts]) -> PodFacts:
    found = pods.get(subject.pod_id) if subject.pod_id is not None else None
    return found or PodFacts(None, "")


def _sorted(link: ShownLink, pod: PodFacts) -> Sorted:
    place = (not pod.primary, pod.worker_index is None, pod.worker_index or 0, pod.name)
    return Sorted(link.group, link.position, link.name, link.key, -(link.attempt or 0), place, link)
