"""What arrivals come to: runs' documents, and the links that are added to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from linkhub.ingest.models import Arrival
from linkhub.runs.attached import AttachedLinkDocument
from linkhub.runs.documents import RunDocument
from linkhub.runs.models import Run


@dataclass(frozen=True)
class Report:
    """`emitted` are links of `action`, or of the run where that is empty."""

    run: str
    document: RunDocument
    action: str = ""
    emitted: Sequence[AttachedLinkDocument] = ()


class Reading(Protocol):
    """Reads some arrivals of one kind, in the transaction that records them."""

    def reports(self, arrivals: Sequence[Arrival]) -> Sequence[Report]:
        """One for each arrival, in their order."""

    def recorded(self, runs: Sequence[Run]) -> None:
        """Told the run of each report."""
