"""Importing a whole store, one run and one transaction at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from linkhub.accounts.models import Project
from linkhub.ingest.flyte2_local.documents import convert
from linkhub.ingest.flyte2_local.store import LocalStore
from linkhub.runs.documents import RunDocument
from linkhub.runs.record import record_run


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
    store: LocalStore, *, project: Project, domain: str, report: Callable[[str], None]
) -> Counts:
    """Record every run of `store`; `report` is given a sentence for each thing left out.

    Importing again changes nothing: all is stamped with the times of the store. Raises
    StoreError; what was recorded before stays.
    """
    counts = Counts()
    for name in store.missing_columns:
        report(f"{store.path} has no column {name} (an older Flyte): imported without it.")
    for run in store.runs():
        converted = convert(run)
        for sentence in converted.problems:
            report(sentence)
        counts.problems += len(converted.problems)
        if converted.document is not None:
            _, created = record_run(
                project=project, domain=domain, name=run.name, document=converted.document
            )
            counts.add(converted.document, created=created)
    return counts
