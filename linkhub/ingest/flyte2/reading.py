"""One run of a Flyte 2 back end: which of its actions are to be read, and their details.

`ListActions` says of every action where it stands. An action is read when that has changed since
it was last read, and while it goes on, since links and pods come without any change of it. Its
inputs, which hold its context and never change, are fetched once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from linkhub.ingest.flyte2 import values
from linkhub.ingest.flyte2.calls import Calls, Failed
from linkhub.ingest.flyte2.documents import action_of, run_of
from linkhub.ingest.flyte2.listing import LIMIT, mark_of
from linkhub.ingest.flyte2.settings import Flyte2Settings
from linkhub.ingest.sources.connector import Part, Progress, RunRef
from linkhub.ingest.sources.errors import RunError, RunGone
from linkhub.lib.phases import is_terminal
from linkhub.runs.documents import ActionDocument, RunDocument

# Actions that are recorded together; a run of many is recorded in at most so many parts.
PART = 25
PARTS = 50
MAX_ACTIONS = 50_000
# An action that never ends, of a run that has, is not waited for any longer than this.
PATIENCE = timedelta(minutes=10)
SERVICE = "workflow.RunService"
# What a back end answers that has no inputs to give, or gives none to us.
NO_INPUTS = frozenset({"not_found", "unimplemented", "permission_denied", "failed_precondition"})


@dataclass
class Seen:
    """What was read of a run: `marks` of actions, `""` while one goes on, the names of those whose
    context is known, and whether the run's spec is."""

    marks: dict[str, str]
    contexts: set[str]
    spec: bool

    @classmethod
    def of(cls, progress: Progress) -> Seen:
        contexts = set(progress.get("contexts", ()))
        return cls(dict(progress.get("marks", {})), contexts, bool(progress.get("spec")))

    def progress(self) -> Progress:
        return {"marks": dict(self.marks), "contexts": sorted(self.contexts), "spec": self.spec}

    def is_due(self, name: str, action: Mapping[str, Any]) -> bool:
        return not self.marks.get(name) or self.marks[name] != _mark(action)


class RunReader:
    """Reads one run. Raises SourceError, RunError, Invalid."""

    def __init__(
        self,
        calls: Calls,
        settings: Flyte2Settings,
        run: RunRef,
        now: datetime,
        know: Callable[[str, str], None],
    ) -> None:
        self._calls = calls
        self._settings = settings
        self._run = run
        self._now = now
        # Told every action's mark, so that a stream's snapshot that says the same is no news.
        self._know = know
        self._id = {
            "org": settings.org,
            "project": run.scope.project,
            "domain": run.scope.domain,
            "name": run.name,
        }

    def parts(self, progress: Progress) -> Iterator[Part]:
        """What is new since `progress`, so many actions at a time."""
        actions = self._actions()
        if all(map(_parent, actions.values())):
            raise RunError("The run has no root action.")
        seen = Seen.of(progress)
        due = [name for name in _in_order(actions) if seen.is_due(name, actions[name])]
        size = max(PART, len(due) // PARTS)
        finished = self._is_finished(actions)
        for at in range(0, max(len(due), 1), size):
            chunk = {name: actions[name] for name in due[at : at + size]}
            document = self._document(chunk, seen)
            yield Part(document, seen.progress(), finished and at + size >= len(due))

    def _document(self, chunk: Mapping[str, Mapping[str, Any]], seen: Seen) -> RunDocument:
        facts: dict[str, Any] = {}
        documents = []
        for name, listed in chunk.items():
            details = self._details(name)
            action = action_of(details, self._context(name, seen), self._now) | {"name": name}
            documents.append(ActionDocument.model_validate(action))
            if not _parent(listed):
                facts |= run_of(details, self._spec(seen), self._now) | self._source_url()
            seen.marks[name] = _mark(listed)
        if documents:
            facts["actions"] = documents
        return RunDocument.model_validate(facts)

    def _actions(self) -> dict[str, dict[str, Any]]:
        """Every action by name, in the order of their creation."""
        found: dict[str, dict[str, Any]] = {}
        token = ""
        while True:
            answer = self._list(token)
            for action in values.objects(answer.get("actions")):
                name = values.inner(action, "id").get("name")
                if isinstance(name, str) and name:
                    found[name] = action
                    self._know(name, mark_of(values.inner(action, "status")))
            following = str(answer.get("token") or "")
            if not following:
                return found
            if following == token or len(found) > MAX_ACTIONS:
                raise RunError(f"The run's actions cannot all be listed; {len(found)} were.")
            token = following

    def _list(self, token: str) -> dict[str, Any]:
        order = [{"key": "created_at", "direction": "ASCENDING"}]
        request = {"limit": LIMIT, "token": token, "sortByFields": order}
        try:
            asked = {"runId": self._id, "request": request}
            return self._calls.unary(f"{SERVICE}/ListActions", asked)
        except Failed as error:
            if error.code == "not_found":
                raise RunGone(str(error)) from error
            raise

    def _details(self, name: str) -> dict[str, Any]:
        answer = self._calls.unary(f"{SERVICE}/GetActionDetails", {"actionId": self._of(name)})
        details = values.inner(answer, "details")
        self._add_log_context(details, name)
        return details

    def _add_log_context(self, details: dict[str, Any], name: str) -> None:
        """The newest attempt's pods, where the details have none and its logs are there."""
        attempts = values.objects(details.get("attempts"))
        if not attempts or attempts[-1].get("logContext") or not attempts[-1].get("logsAvailable"):
            return
        asked = {"actionId": self._of(name), "attempt": attempts[-1].get("attempt") or 1}
        try:
            answer = self._calls.unary(f"{SERVICE}/GetActionLogContext", asked)
        except Failed as error:
            if error.code not in NO_INPUTS:
                raise
            return
        attempts[-1]["logContext"] = answer.get("logContext") or {}

    def _context(self, name: str, seen: Seen) -> dict[str, str] | None:
        """Of the action's inputs; None where it is recorded, or there are none to be had."""
        if not self._settings.contexts or name in seen.contexts:
            return None
        asked = {"actionId": self._of(name)}
        answer = None
        try:
            answer = self._calls.unary("dataproxy.DataProxyService/GetActionData", asked)
        except Failed as error:
            if error.code not in NO_INPUTS:
                raise
        seen.contexts.add(name)
        return answer and values.context(values.inner(answer, "inputs").get("context"))

    def _spec(self, seen: Seen) -> dict[str, Any]:
        """The run's spec, which never changes: an empty one where it was read."""
        if seen.spec:
            return {}
        answer = self._calls.unary(f"{SERVICE}/GetRunDetails", {"runId": self._id})
        seen.spec = True
        return values.inner(answer, "details", "runSpec")

    def _of(self, name: str) -> dict[str, Any]:
        return {"run": self._id, "name": name}

    def _source_url(self) -> dict[str, str]:
        """The run in Flyte's console, whose addresses the SDK makes in this way."""
        base = self._settings.console_url.rstrip("/")
        if not base:
            return {}
        scope = self._run.scope
        path = f"/v2/domain/{scope.domain}/project/{scope.project}/runs/{self._run.name}"
        return {"source_url": f"{base}{path}"}

    def _is_finished(self, actions: Mapping[str, Mapping[str, Any]]) -> bool:
        root = next(each for each in actions.values() if not _parent(each))
        if not _is_over(root):
            return False
        ended = values.moment(values.inner(root, "status").get("endTime"), "endTime")
        long_ago = ended is not None and ended < self._now - PATIENCE
        return long_ago or all(map(_is_over, actions.values()))


def _in_order(actions: Mapping[str, Mapping[str, Any]]) -> Sequence[str]:
    """The root first: it says what the run is."""
    return sorted(actions, key=lambda name: bool(_parent(actions[name])))


def _parent(action: Mapping[str, Any]) -> str:
    return str(values.inner(action, "metadata").get("parent") or "")


def _is_over(action: Mapping[str, Any]) -> bool:
    return is_terminal(values.phase(values.inner(action, "status").get("phase")))


def _mark(action: Mapping[str, Any]) -> str:
    return mark_of(values.inner(action, "status")) if _is_over(action) else ""
