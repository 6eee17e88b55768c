"""Which executions there are: those of a project and domain, by the time of their creation.

Pages are offsets, so the list must not shift while it is walked: it is bounded at both ends by
times that do not change. A walk that breaks off goes on at its next page; one that came to its
end moves on to the newest execution that it saw, and a little back from there, for those whose
transaction committed late. What is known by then is not read again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from linkhub.ingest.flyte1.calls import Calls
from linkhub.ingest.flyte1.messages import Execution
from linkhub.ingest.flyte1.settings import Flyte1Settings
from linkhub.ingest.flyte2.values import EPOCH
from linkhub.ingest.sources.connector import Cursor, Found, Page
from linkhub.ingest.sources.errors import RunError, RunGone
from linkhub.ingest.sources.settings import Scope
from linkhub.lib.phases import is_terminal

OVERLAP = timedelta(minutes=10)
FIELD = "execution_created_at"


@dataclass(frozen=True)
class Walk:
    """`since` and `until` bound the list, `newest` is the newest execution that was seen."""

    since: datetime
    until: datetime
    newest: datetime
    token: str

    @classmethod
    def begin(cls, cursor: Cursor, settings: Flyte1Settings, now: datetime) -> Walk:
        if "until" in cursor:
            names = ("since", "until", "newest")
            since, until, newest = (datetime.fromisoformat(cursor[name]) for name in names)
            return cls(since, until, newest, str(cursor["token"]))
        if "since" in cursor:
            since = datetime.fromisoformat(cursor["since"])
        else:
            days = settings.history_days
            since = now - timedelta(days=days) if days else EPOCH
        # Clocks differ: what is newer than now here may be old enough there.
        return cls(since, now + OVERLAP, since, "")

    @property
    def filters(self) -> str:
        begin = max(self.since - OVERLAP, EPOCH)
        return f"gte({FIELD},{_utc(begin)})+lt({FIELD},{_utc(self.until)})"


def pages(
    calls: Calls, settings: Flyte1Settings, scope: Scope, cursor: Cursor, now: datetime
) -> Iterator[Page]:
    """The list from `cursor` on. Raises SourceError, RunError."""
    walk = Walk.begin(cursor, settings, now)
    newest = walk.newest
    path = ("executions", scope.project, scope.domain)
    sort = {"sort_by__key": FIELD, "sort_by__direction": "ASCENDING"}
    walked = calls.pages(path, "executions", token=walk.token, filters=walk.filters, **sort)
    try:
        for items, following in walked:
            found = [each for item in items if (each := _found(item, scope))]
            newest = max([newest, *(each.created_at for each in found)])
            if not following:
                yield Page(found, {"since": newest.isoformat()}, newest - OVERLAP)
                return
            yield Page(
                found,
                {
                    "since": walk.since.isoformat(),
                    "until": walk.until.isoformat(),
                    "newest": newest.isoformat(),
                    "token": following,
                },
            )
    except RunGone as error:
        raise RunError("The back end has no such project and domain.") from error


def _found(item: Any, scope: Scope) -> Found | None:
    """None for what can be no run; it stops no other."""
    try:
        execution = Execution.model_validate(item)
    except ValidationError:
        return None
    closure = execution.closure
    if closure.created_at is None:
        return None
    return Found(
        scope,
        execution.id.name,
        closure.created_at,
        mark_of(closure.phase, closure.updated_at),
        is_terminal(closure.phase),
    )


def mark_of(phase: str | None, updated_at: datetime | None) -> str:
    """What changes whenever an execution or node does."""
    return hashlib.sha256(f"{phase}\n{updated_at}".encode()).hexdigest()[:16]


def _utc(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
