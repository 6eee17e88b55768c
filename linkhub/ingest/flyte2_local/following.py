"""Following a store while Flyte writes to it: every few seconds, the runs that have changed.

The store is read as an import reads it, one short statement a run. What was recorded is known by
a digest of the run's rows, in memory alone: a follower that starts again records everything once
more, which changes nothing.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from linkhub.accounts.models import Project
from linkhub.ingest.flyte2_local.importing import Counts, import_store
from linkhub.ingest.flyte2_local.store import LocalStore, StoredRun, StoreError

SECONDS = 2.0


class Follower:
    """`report` is given a sentence for what is left out, and for a store that cannot be read."""

    def __init__(
        self, path: Path, *, project: Project, domain: str, report: Callable[[str], None]
    ) -> None:
        self._path = path
        self._project = project
        self._domain = domain
        self._report = report
        self._known: dict[str, bytes] = {}
        self._state: tuple[int, int] | None = None
        self._problem = ""

    def rounds(self, pause: Callable[[float], object] | None = None) -> Iterator[Counts]:
        """What each round recorded, where it recorded anything; without end."""
        wait = pause or threading.Event().wait
        while True:
            if (counts := self._round()).runs:
                yield counts
            wait(SECONDS)

    def _round(self) -> Counts:
        """A store that is not there yet, locked or half written is tried again."""
        try:
            # Looked at first: what is written while we read changes it again.
            stat = self._path.stat()
            state = (stat.st_mtime_ns, stat.st_size)
            if state == self._state:
                return Counts()
            with LocalStore(self._path) as store:
                counts = import_store(
                    store,
                    project=self._project,
                    domain=self._domain,
                    report=self._report,
                    wanted=self._has_changed,
                )
        except FileNotFoundError:
            return self._excuse(f"There is no file {self._path} yet.")
        except StoreError as error:
            return self._excuse(str(error))
        self._state, self._problem = state, ""
        return counts

    def _excuse(self, sentence: str) -> Counts:
        if sentence != self._problem:
            self._report(sentence)
        self._problem = sentence
        return Counts()

    def _has_changed(self, run: StoredRun) -> bool:
        digest = hashlib.sha256(repr(run.rows).encode(errors="replace")).digest()
        changed = self._known.get(run.name) != digest
        self._known[run.name] = digest
        return changed
