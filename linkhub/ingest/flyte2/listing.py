"""Which runs there are: `ListRuns` of a project and domain, by the time of their creation.

Pages are offsets, so the order must not shift while they are walked: creation never changes, and
new runs come last. A walk that breaks off goes on with the same filter at its next page; one that
came to its end moves the filter to the newest run. The filter reaches back a little further than
that, for runs whose transaction committed late; what is known by then is not read again.

What the list calls a run's start is when it was created (seen in Flyte 2's back end, August 2026).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from linkhub.ingest.flyte2 import values
from linkhub.ingest.flyte2.calls import OWN_FAULT, Calls, Failed
from linkhub.ingest.flyte2.settings import Flyte2Settings
from linkhub.ingest.sources.connector import Cursor, Found, Page
from linkhub.ingest.sources.errors import RunError, Unreachable
from linkhub.ingest.sources.settings import Scope
from linkhub.lib.names import check_name
from linkhub.lib.phases import is_terminal

# The most that the back end gives.
LIMIT = 200
OVERLAP = timedelta(minutes=10)
LIST_RUNS = "workflow.RunService/ListRuns"


def pages(
    calls: Calls, settings: Flyte2Settings, scope: Scope, cursor: Cursor, now: datetime
) -> Iterator[Page]:
    """The list from `cursor` on. Raises SourceError, RunError."""
    since, token, newest = _start(cursor, settings, now)
    while True:
        answer = _list(calls, settings, scope, since, token)
        found = [each for run in values.objects(answer.get("runs")) if (each := _found(run, scope))]
        newest = max([newest, *(each.created_at for each in found)])
        following = str(answer.get("token") or "")
        if not following:
            yield Page(found, {"since": newest.isoformat()}, newest - OVERLAP)
            return
        if following == token:
            raise RunError("The list's pages do not advance.")
        token = following
        yield Page(
            found, {"since": since.isoformat(), "token": token, "newest": newest.isoformat()}
        )


def _start(
    cursor: Cursor, settings: Flyte2Settings, now: datetime
) -> tuple[datetime, str, datetime]:
    """Where the walk begins or goes on, and the newest run that it has seen."""
    if "since" in cursor:
        since = datetime.fromisoformat(cursor["since"])
    else:
        days = settings.history_days
        since = now - timedelta(days=days) if days else values.EPOCH
    newest = datetime.fromisoformat(cursor["newest"]) if "newest" in cursor else since
    return since, str(cursor.get("token", "")), newest


def _list(
    calls: Calls, settings: Flyte2Settings, scope: Scope, since: datetime, token: str
) -> dict[str, Any]:
    try:
        return calls.unary(LIST_RUNS, _request(settings, scope, since, token))
    except Failed as error:
        if error.code in OWN_FAULT:
            raise Unreachable(str(error)) from error
        if token and error.code in ("invalid_argument", "out_of_range"):
            # A page that is not given any more: the walk begins again.
            return calls.unary(LIST_RUNS, _request(settings, scope, since, ""))
        raise


def _request(settings: Flyte2Settings, scope: Scope, since: datetime, token: str) -> dict[str, Any]:
    begin = max(since - OVERLAP, values.EPOCH)
    return {
        "request": {
            "limit": LIMIT,
            "token": token,
            "sortByFields": [{"key": "created_at", "direction": "ASCENDING"}],
            "filters": [
                {
                    "function": "GREATER_THAN_OR_EQUAL",
                    "field": "created_at",
                    "values": [begin.isoformat().replace("+00:00", "Z")],
                }
            ],
        },
        "projectId": {
            "organization": settings.org,
            "domain": scope.domain,
            "name": scope.project,
        },
    }


def _found(run: Mapping[str, Any], scope: Scope) -> Found | None:
    """None for what is no run of the scope: some targets of the back end's filter nothing."""
    identifier = values.inner(run, "action", "id", "run")
    name = identifier.get("name")
    if (identifier.get("project"), identifier.get("domain")) != (scope.project, scope.domain):
        return None
    if not isinstance(name, str) or check_name(name):
        return None
    status = values.inner(run, "action", "status")
    try:
        created = values.moment(status.get("startTime"))
    except values.Invalid:
        created = None
    if created is None:
        return None
    return Found(
        scope, name, created, mark_of(status), is_terminal(values.phase(status.get("phase")))
    )


def mark_of(status: Mapping[str, Any]) -> str:
    """What changes whenever an action's status does."""
    said = [str(status.get(name, "")) for name in ("phase", "startTime", "endTime", "attempts")]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]
