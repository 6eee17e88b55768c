"""The connector for a Flyte 2 back end's RunService (section “Flyte 2” of docs/flyte2.md)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from linkhub.ingest.flyte2.authorizing import Authorizer
from linkhub.ingest.flyte2.calls import Calls
from linkhub.ingest.flyte2.listing import pages
from linkhub.ingest.flyte2.reading import RunReader
from linkhub.ingest.flyte2.settings import Flyte2Settings
from linkhub.ingest.flyte2.tracked import ENGINE
from linkhub.ingest.flyte2.values import Invalid
from linkhub.ingest.flyte2.watching import Watch
from linkhub.ingest.sources.connector import (
    Connector,
    Cursor,
    Opened,
    Page,
    Part,
    Progress,
    RunRef,
)
from linkhub.ingest.sources.errors import RunError
from linkhub.ingest.sources.settings import Scope


class Flyte2Connector(Connector[Flyte2Settings]):
    kind = "flyte2"
    label = "Flyte 2"
    help = "A Flyte 2 back end, by its RunService."
    engine = ENGINE
    Settings = Flyte2Settings

    def __init__(self, opened: Opened[Flyte2Settings]) -> None:
        super().__init__(opened)
        self._calls = Calls(opened.http, opened.address, Authorizer(opened))
        self._watch = Watch(self._calls, self.settings.org)

    def discover(self, scope: Scope, cursor: Cursor) -> Iterator[Page]:
        for page in pages(self._calls, self.settings, scope, cursor, self.opened.clock()):
            for found in page.found:
                self._watch.know(found.mark, str(scope), found.name)
            yield page

    def read(self, run: RunRef, progress: Progress) -> Iterator[Part]:
        def know(action: str, mark: str) -> None:
            self._watch.know(mark, str(run.scope), run.name, action)

        reader = RunReader(self._calls, self.settings, run, self.opened.clock(), know)
        try:
            yield from reader.parts(progress)
        except Invalid as error:
            raise RunError(f"What the back end says is not valid: {error}.") from error

    def watch(self, runs: Sequence[RunRef], seconds: float) -> Iterator[tuple[Scope, str] | None]:
        if not self.settings.watch:
            return iter(())
        scopes = list(self.settings.mappings)
        return self._watch.hints(scopes, runs, seconds)
