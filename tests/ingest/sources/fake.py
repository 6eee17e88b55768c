"""A back end in memory, and the connector for it: what the framework is tested with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from linkhub.ingest.models import Source
from linkhub.ingest.sources.connector import Connector, Found, Page, Part, RunRef
from linkhub.ingest.sources.errors import RunError
from linkhub.ingest.sources.settings import Scope, SourceSettings
from linkhub.runs.documents import RunDocument
from linkhub.runs.phases import Phase

START = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)


class FakeSettings(SourceSettings):
    page: int = 2


@dataclass
class BackEnd:
    """`runs` maps (project, domain) to names and phases, in the order of their creation."""

    runs: dict[str, dict[str, str]] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)
    unlisted: set[str] = field(default_factory=set)
    reads: list[str] = field(default_factory=list)
    lists: list[tuple[str, int]] = field(default_factory=list)
    hints: list[tuple[Scope, str] | None] = field(default_factory=list)
    before: Callable[[str], None] = lambda _: None


class FakeConnector(Connector[FakeSettings]):
    kind = "fake"
    label = "Fake"
    help = ""
    engine = "fake"
    Settings = FakeSettings
    back_end = BackEnd()

    def discover(self, scope: Scope, cursor: dict[str, Any]) -> Iterator[Page]:
        if str(scope) in self.back_end.unlisted:
            raise RunError("No such project.")
        names = list(self.back_end.runs.get(str(scope), {}))
        at = cursor.get("at", 0)
        while at < len(names) or not at:
            self.back_end.before(f"list {at}")
            self.back_end.lists.append((str(scope), at))
            some = names[at : at + self.settings.page]
            yield Page([self._found(scope, name) for name in some], {"at": at + len(some)})
            at += len(some)
            if not some:
                return

    def _found(self, scope: Scope, name: str) -> Found:
        names = self.back_end.runs[str(scope)]
        created = START + timedelta(seconds=list(names).index(name))
        phase = names[name]
        return Found(scope, name, created, phase, phase == "succeeded")

    def read(self, run: RunRef, progress: dict[str, Any]) -> Iterator[Part]:
        for step in ("first", "second"):
            if step in progress:
                continue
            self.back_end.before(f"read {run.name} {step}")
            if run.name in self.back_end.unreadable:
                raise RunError("Broken.")
            phase = self.back_end.runs[str(run.scope)][run.name]
            finished = phase == "succeeded" and step == "second"
            self.back_end.reads.append(f"{run.name} {step}")
            document = RunDocument.model_validate({"workflow": "w", "phase": Phase(phase)})
            kept = {**progress, step: True} if phase == "succeeded" else {}
            yield Part(document, kept, finished)
            progress = kept

    def watch(self, runs: Any, seconds: float) -> Iterator[tuple[Scope, str] | None]:
        yield from self.back_end.hints


def make_source(name: str = "lab", **fields: Any) -> Source:
    defaults: dict[str, Any] = {
        "kind": "fake",
        "address": "http://127.0.0.1:9",
        "settings": {"projects": ["flytesnacks/development"]},
    }
    return Source.objects.create(name=name, **(defaults | fields))
