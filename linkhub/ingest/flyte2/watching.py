"""What changes while a poll waits: `WatchRuns` of each project, `WatchActions` of the newest runs.

Each stream begins with a snapshot of what is known already and goes on with what has changed. All
that is taken from a message is which run to read: streams break, skip and repeat, and the
`WatchRunDetails` of the open-source back end sends empty messages.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import structlog

from linkhub.ingest.flyte2 import values
from linkhub.ingest.flyte2.calls import Calls
from linkhub.ingest.flyte2.listing import mark_of
from linkhub.ingest.sources.connector import RunRef
from linkhub.ingest.sources.errors import RunError, SourceError
from linkhub.ingest.sources.settings import Scope

log = structlog.get_logger(__name__)
Hint = tuple[Scope, str]
MAX_SCOPES = 5
MAX_RUNS = 10
TICK_SECONDS = 0.5
# What comes at once is read once.
GATHER_SECONDS = 0.1


class Watch:
    """Streams of one poll, each in a thread of its own that ends with the poll's time."""

    def __init__(self, calls: Calls, org: str) -> None:
        self._calls = calls
        self._org = org
        self._hints: queue.SimpleQueue[Hint] = queue.SimpleQueue()
        self._marks: dict[tuple[str, ...], str] = {}
        self._lock = threading.Lock()

    def know(self, mark: str, *subject: str) -> None:
        """What a list said of a scope's run, or of its action: a snapshot that says the same is
        no hint."""
        with self._lock:
            self._marks[subject] = mark

    def hints(
        self, scopes: Sequence[Scope], runs: Sequence[RunRef], seconds: float
    ) -> Iterator[Hint | None]:
        deadline = time.monotonic() + seconds
        threads = [self._start(self._runs, scope, seconds) for scope in scopes[:MAX_SCOPES]]
        threads += [self._start(self._actions, run, seconds) for run in runs[:MAX_RUNS]]
        while time.monotonic() < deadline:
            yield from self._gathered()
            if not any(thread.is_alive() for thread in threads):
                return

    def _gathered(self) -> Iterator[Hint | None]:
        try:
            found = {self._hints.get(timeout=TICK_SECONDS): None}
        except queue.Empty:
            yield None
            return
        until = time.monotonic() + GATHER_SECONDS
        while (left := until - time.monotonic()) > 0:
            try:
                found[self._hints.get(timeout=left)] = None
            except queue.Empty:
                break
        yield from found

    def _start(self, stream: Callable[..., None], *arguments: Any) -> threading.Thread:
        def run() -> None:
            try:
                stream(*arguments)
            except (SourceError, RunError) as error:
                log.info("watch_ended", reason=str(error))

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        return thread

    def _runs(self, scope: Scope, seconds: float) -> None:
        project = {"organization": self._org, "domain": scope.domain, "name": scope.project}
        asked = {"projectId": project}
        first = True
        for message in self._calls.stream("workflow.RunService/WatchRuns", asked, seconds):
            for run in values.objects(message.get("runs")):
                name = values.inner(run, "action", "id", "run").get("name")
                if isinstance(name, str):
                    status = values.inner(run, "action", "status")
                    self._say(scope, name, (str(scope), name), status, snapshot=first)
            first = False

    def _actions(self, run: RunRef, seconds: float) -> None:
        scope = run.scope
        asked = {
            "runId": {
                "org": self._org,
                "project": scope.project,
                "domain": scope.domain,
                "name": run.name,
            }
        }
        first = True
        for message in self._calls.stream("workflow.RunService/WatchActions", asked, seconds):
            for enriched in values.objects(message.get("enrichedActions")):
                action = values.inner(enriched, "action")
                name = str(values.inner(action, "id").get("name"))
                key = (str(scope), run.name, name)
                status = values.inner(action, "status")
                self._say(scope, run.name, key, status, snapshot=first)
            first = False

    def _say(
        self,
        scope: Scope,
        run: str,
        key: tuple[str, ...],
        status: Mapping[str, Any],
        *,
        snapshot: bool,
    ) -> None:
        """A hint, where it says something new. Of a snapshot the unknown is old, not new."""
        mark = mark_of(status)
        with self._lock:
            before = self._marks.get(key)
            self._marks[key] = mark
        if mark != before and not (snapshot and before is None):
            self._hints.put((scope, run))
