"""One row of Flyte's local store as the document of an action."""

from __future__ import annotations

from typing import Any

from linkhub.ingest.flyte2_local import values
from linkhub.ingest.flyte2_local.failures import readable
from linkhub.ingest.flyte2_local.store import Row
from linkhub.ingest.flyte2_local.values import Problems
from linkhub.runs.attached import AttachedLinkDocument
from linkhub.runs.documents import ActionDocument, AttemptDocument
from linkhub.runs.phases import Phase

POD = "localhost"


def action_of(row: Row, parent: str, problems: Problems) -> ActionDocument | None:
    """The action of one row; None where its name or the like breaks a rule, said why."""
    attempts = _attempts(row, problems)
    found = values.life(row.status, row.start_time, row.end_time, problems)
    stamps = [found.get("updated_at"), *(attempt.updated_at for attempt in attempts)]
    found |= {"name": values.text(row.action_name), "parent": parent, "attempts": attempts}
    if latest := max(filter(None, stamps), default=None):
        found["updated_at"] = latest
    if found.get("phase") == Phase.RUNNING:
        # A run that was given its name replaces the rows of the earlier run of that name.
        found["reopened"] = True
    if row.task_name:
        found["task"] = values.text(row.task_name)
    if _is_task(row) and (context := values.context(row.context, problems)) is not None:
        found["context"] = context
    if (links := _links(row, problems)) is not None:
        found |= {"links": links, "replaces_task_links": bool(links)}
    return values.validated(ActionDocument, found, "it", problems)


def _is_task(row: Row) -> bool:
    """Not a traced function nor a condition: they have no attempts, and their names no dot."""
    return bool(row.attempts_json or row.cache_hit) or "." in values.text(row.task_name)


def _attempts(row: Row, problems: Problems) -> list[AttemptDocument]:
    """The stored attempts. What failed without one gets one, to hold the error."""
    try:
        stored = values.json_value(row.attempts_json, list, "attempts_json")
    except ValueError as error:
        problems.add(f"{error} and is left out")
        stored = None
    if not stored:
        return _unattempted(row)
    found = [_attempt(item, problems) for item in stored]
    return [attempt for attempt in found if attempt is not None]


def _unattempted(row: Row) -> list[AttemptDocument]:
    if not row.error:
        return []
    # What is wrong with the row's own values is said where the action itself is read.
    life = values.life(row.status, row.start_time, row.end_time, Problems(""))
    return [AttemptDocument(number=1, error=_error(row.error), **life)]


def _attempt(item: Any, problems: Problems) -> AttemptDocument | None:
    if not isinstance(item, dict):
        problems.add(f"attempt {values.short(item)} is not an object and is left out")
        return None
    life = values.life(item.get("status"), item.get("start_time"), item.get("end_time"), problems)
    times = {name: life[name] for name in life if name != "phase"}
    pod = {"name": POD, "primary": True, **times}
    found = {"number": item.get("attempt_num"), "error": _error(item.get("error")), "pods": [pod]}
    return values.validated(AttemptDocument, found | life, "an attempt", problems)


def _error(stored: Any) -> str:
    return values.text(readable(values.text(stored)))


def _links(row: Row, problems: Problems) -> list[AttachedLinkDocument] | None:
    """The links as Flyte rendered them, shown whatever the phase. None: they are unreadable.

    A link class that had nothing to link to gave an empty URL: there is no link then.
    """
    try:
        stored = values.json_value(row.log_links, list, "log_links")
    except ValueError as error:
        problems.add(f"{error} and is left out")
        return None
    links = []
    for item in stored or []:
        match item:
            case [str() | None as name, str() | None as url]:
                if url:
                    links.append(_link(name or "", url, problems))
            case _:
                problems.add(f"link {values.short(item)} is not a name and a URL and is left out")
    return [link for link in links if link is not None]


def _link(name: str, url: str, problems: Problems) -> AttachedLinkDocument | None:
    data = {"name": name, "url": url}
    return values.validated(AttachedLinkDocument, data, f"link {values.short(name)}", problems)
