"""What a connector is: it lists runs, reads one, and may hint that one has changed.

It does no scheduling, keeps no state and writes nothing: `rounds.py` does that for every kind.
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar

from linkhub.ingest.sources.credentials import Credential
from linkhub.ingest.sources.http import Http
from linkhub.ingest.sources.settings import Scope, SourceSettings
from linkhub.runs.attached import AttachedLinkDocument
from linkhub.runs.documents import RunDocument

S = TypeVar("S", bound=SourceSettings)
# The connector's own, kept as JSON.
Cursor = dict[str, Any]
Progress = dict[str, Any]


@dataclass(frozen=True)
class Found:
    """A run as a list of the back end has it. `mark` changes whenever the list's entry does."""

    scope: Scope
    name: str
    created_at: datetime
    mark: str
    finished: bool


@dataclass(frozen=True)
class Page:
    """Some runs, and the cursor with which the list goes on after them.

    `settled_before`: runs older than this are not going to be listed again.
    """

    found: Sequence[Found]
    cursor: Cursor
    settled_before: datetime | None = None


@dataclass(frozen=True)
class RunRef:
    """A followed run, by the back end's names."""

    scope: Scope
    name: str
    created_at: datetime


@dataclass(frozen=True)
class Part:
    """Some of what a run has to say, to be recorded together with how far reading has come.

    A large run is many parts, each recorded as it comes. `finished` on the last one: the run has
    ended and all of it was read.
    """

    document: RunDocument
    progress: Progress
    finished: bool = False
    task_links: Sequence[TaskLinks] = ()


@dataclass(frozen=True)
class TaskLinks:
    """The static links of a task version, as `record_task_links` takes them."""

    task: str
    version: str
    links: Sequence[AttachedLinkDocument]
    updated_at: datetime


@dataclass(frozen=True)
class Opened(Generic[S]):
    """What a connector is made of: checked settings, the credential, and the way out."""

    settings: S
    address: str
    credential: Credential | None
    http: Http
    clock: Callable[[], datetime]
    problems: list[str] = field(default_factory=list)


class Connector(abc.ABC, Generic[S]):
    """One kind of back end. An instance lives for one poll and is used by one thread."""

    kind: ClassVar[str]
    label: ClassVar[str]
    help: ClassVar[str]
    engine: ClassVar[str]
    Settings: ClassVar[type[SourceSettings]]

    def __init__(self, opened: Opened[S]) -> None:
        self.opened = opened
        self.settings = opened.settings

    @abc.abstractmethod
    def discover(self, scope: Scope, cursor: Cursor) -> Iterator[Page]:
        """The runs of a scope from `cursor` on, oldest first; an empty cursor is the beginning.

        Each page's cursor is kept with it, so that a poll that ends in the middle goes on there.
        Raises SourceError, or RunError where this scope alone cannot be listed.
        """

    @abc.abstractmethod
    def read(self, run: RunRef, progress: Progress) -> Iterator[Part]:
        """What is new of a run since `progress`. Raises SourceError, or RunError of this run."""

    def watch(
        self,
        runs: Sequence[RunRef],  # noqa: ARG002
        seconds: float,  # noqa: ARG002
    ) -> Iterator[tuple[Scope, str] | None]:
        """Hints, for up to `seconds`: the scope and name of a run that has changed, now and then
        None so that the caller can look at the clock. A hint is worth nothing by itself: what is
        lost is made good by the next poll. Ends at once where the back end has no such thing.
        """
        return iter(())

    def close(self) -> None:
        """End what is still open."""
