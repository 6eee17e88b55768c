"""Kept run events as reports: each with its run's name, and what its run id is known by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from linkhub.ingest.arrivals.reports import Report
from linkhub.ingest.models import Arrival, LineageRun
from linkhub.ingest.openlineage.documents import document_of, links_of
from linkhub.ingest.openlineage.events import RunEvent
from linkhub.ingest.openlineage.naming import DagRun, known_as, names_of, remember
from linkhub.ingest.openlineage.places import Place, place_of
from linkhub.runs.models import Run

Known = Mapping[tuple[int, UUID], LineageRun]


@dataclass
class Heard:
    """An event, with its place as it is known so far."""

    arrival: Arrival
    event: RunEvent
    place: Place

    @property
    def dag_run(self) -> DagRun:
        arrival = self.arrival
        return DagRun(arrival.project_id, arrival.domain, self.place.run, self.place.dag)

    @property
    def uuids(self) -> tuple[UUID, ...]:
        """Of Airflow's the facets say it all; of the rest, the ids that may be known."""
        return () if self.place.dag else (self.event.run.run_id, *self.place.above)


class LineageReading:
    def __init__(self) -> None:
        self._heard: list[Heard] = []

    def reports(self, arrivals: Sequence[Arrival]) -> Sequence[Report]:
        self._heard = [_heard(arrival) for arrival in arrivals]
        names = names_of({each.dag_run for each in self._heard if each.place.dag})
        known = known_as(
            (each.arrival.project_id, uuid) for each in self._heard for uuid in each.uuids
        )
        for each in self._heard:
            if each.place.dag:
                each.place = replace(each.place, run=names[each.dag_run])
            else:
                each.place = _where_known(each, known)
        return [_report(each) for each in self._heard]

    def recorded(self, runs: Sequence[Run]) -> None:
        remember(
            [row for each, run in zip(self._heard, runs, strict=True) for row in _names(each, run)]
        )


def _heard(arrival: Arrival) -> Heard:
    event = RunEvent.model_validate_json(arrival.body)
    return Heard(arrival, event, place_of(event))


def _report(heard: Heard) -> Report:
    event, place = heard.event, heard.place
    return Report(place.run, document_of(event, place), place.action, links_of(event))


def _where_known(heard: Heard, known: Known) -> Place:
    """The place in the run that the event's own id, its parent's or its root's is known as."""
    place, project = heard.place, heard.arrival.project_id
    if itself := known.get((project, heard.event.run.run_id)):
        return replace(place, run=itself.run.name, action=itself.action, known=True)
    if not place.above:
        return place
    root, parent = (known.get((project, uuid)) for uuid in place.above)
    if parent:
        return replace(place, run=parent.run.name, parent=parent.action, known=True)
    if root:
        above = root.action if place.above[0] == place.above[1] else place.parent
        return replace(place, run=root.run.name, parent=above, known=True)
    return place


def _names(heard: Heard, run: Run) -> Iterator[LineageRun]:
    """What is kept for those below: what they name by a run id that is no name here."""
    event, place, project = heard.event, heard.place, heard.arrival.project
    parent = event.facets.parent
    if place.dag or (parent is not None and parent.root is None):
        yield LineageRun(project=project, uuid=event.run.run_id, run=run, action=place.action)
    if place.dag and place.action and parent is not None:
        yield LineageRun(project=project, uuid=parent.run.run_id, run=run)
