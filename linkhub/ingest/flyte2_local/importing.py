"""Importing a whole store: runs are read one at a time and recorded a few at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from linkhub.accounts.models import Project
from linkhub.ingest.flyte2_local.documents import convert
from linkhub.ingest.flyte2_local.store import LocalStore, StoredRun, StoreError
from linkhub.runs.documents import RunDocument
from linkhub.runs.record import RunWrite, record_batch

# What is in memory, and in one transaction: at most so many, or one run that has more actions.
MOST_RUNS = 100
MOST_ACTIONS = 1000


@dataclass
class Counts:
    """What was read and recorded; `new` runs are those that were not there before."""

    runs: int = 0
    new: int = 0
    actions: int = 0
    attempts: int = 0
    links: int = 0
    problems: int = 0

    def add(self, document: RunDocument, *, created: bool) -> None:
        self.runs += 1
        self.new += created
        self.actions += len(document.actions)
        self.attempts += sum(len(action.attempts) for action in document.actions)
        self.links += sum(len(action.links or ()) for action in document.actions)


def import_store(
    store: LocalStore,
    *,
    project: Project,
    domain: str,
    report: Callable[[str], None],
    wanted: Callable[[StoredRun], bool] = lambda _: True,
) -> Counts:
    """Record every run of `store` that is `wanted`; `report` is given a sentence for each thing
    left out.

    Importing again changes nothing: all is stamped with the times of the store. Raises
    StoreError; what was recorded before stays.
    """
    counts = Counts()
    for name in store.missing_columns:
        report(f"{store.path} has no column {name} (an older Flyte): imported without it.")

    def complain(sentence: str) -> None:
        counts.problems += 1
        report(sentence)

    for batch in _batches(_writes(filter(wanted, store.runs()), project, domain, complain)):
        for write, (_, created) in zip(batch, record_batch(batch), strict=True):
            counts.add(write.document, created=created)
    return counts


def _writes(
    runs: Iterable[StoredRun], project: Project, domain: str, complain: Callable[[str], None]
) -> Iterator[RunWrite]:
    for run in runs:
        converted = convert(run)
        for sentence in converted.problems:
            complain(sentence)
        if converted.document is not None:
            yield RunWrite(project, domain, run.name, converted.document)


def _batches(writes: Iterator[RunWrite]) -> Iterator[list[RunWrite]]:
    """What was read before a store turns out to be damaged is recorded all the same."""
    batch: list[RunWrite] = []
    actions = 0
    try:
        for write in writes:
            batch.append(write)
            actions += len(write.document.actions)
            if len(batch) >= MOST_RUNS or actions >= MOST_ACTIONS:
                yield batch
                batch, actions = [], 0
    except StoreError:
        yield batch
        raise
    yield batch
