"""The connector for flyteadmin's REST gateway (docs/orchestrators/flyte1.md)."""

from __future__ import annotations

from collections.abc import Iterator

from linkhub.ingest.flyte1.calls import Calls, Flyte1Authorizer
from linkhub.ingest.flyte1.documents import ENGINE
from linkhub.ingest.flyte1.listing import pages
from linkhub.ingest.flyte1.reading import RunReader
from linkhub.ingest.flyte1.settings import Flyte1Settings
from linkhub.ingest.sources.connector import (
    Connector,
    Cursor,
    Opened,
    Page,
    Part,
    Progress,
    RunRef,
)
from linkhub.ingest.sources.settings import Scope


class Flyte1Connector(Connector[Flyte1Settings]):
    kind = "flyte1"
    label = "Flyte 1"
    help = "A Flyte 1 back end, by flyteadmin's REST gateway."
    engine = ENGINE
    Settings = Flyte1Settings

    def __init__(self, opened: Opened[Flyte1Settings]) -> None:
        super().__init__(opened)
        self._calls = Calls(opened.http, opened.address, Flyte1Authorizer(opened))

    def discover(self, scope: Scope, cursor: Cursor) -> Iterator[Page]:
        return pages(self._calls, self.settings, scope, cursor, self.opened.clock())

    def read(self, run: RunRef, progress: Progress) -> Iterator[Part]:
        reader = RunReader(self._calls, self.settings, run, self.opened.clock())
        return reader.parts(progress)
