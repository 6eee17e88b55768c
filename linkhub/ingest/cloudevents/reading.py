"""Kept CloudEvents as reports. `body` is what the event's data says, and of which kind it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from linkhub.ingest.arrivals.reports import Report
from linkhub.ingest.cloudevents.events import (
    DATA,
    Data,
    Kind,
    NodeData,
    StartData,
    TaskData,
    WorkflowData,
    execution_of,
)
from linkhub.ingest.flyte1.documents import (
    ENGINE,
    action_of_node_event,
    action_of_task_event,
    namespace_of,
    run_of_event,
)
from linkhub.ingest.flyte1.parts import is_array, links_of
from linkhub.ingest.given import given
from linkhub.ingest.models import Arrival
from linkhub.runs.documents import RunDocument
from linkhub.runs.models import Run


class Kept(BaseModel):
    """An arrival's body."""

    kind: Kind
    data: dict[str, Any]


class CloudEventsReading:
    def reports(self, arrivals: Sequence[Arrival]) -> Sequence[Report]:
        return [_report(Kept.model_validate_json(arrival.body)) for arrival in arrivals]

    def recorded(self, runs: Sequence[Run]) -> None:
        """Nothing more is kept."""


def _report(kept: Kept) -> Report:
    data = DATA[kept.kind].model_validate(kept.data)
    execution = execution_of(data)
    namespace = namespace_of(execution.project, execution.domain)
    run = {"engine": ENGINE, "source": "cloudevents", "namespace": namespace, "org": execution.org}
    document = RunDocument.model_validate(given(run) | _said(data, namespace))
    if isinstance(data, TaskData) and not is_array(data.event):
        event = data.event
        stamp = {"updated_at": event.occurred_at}
        links = [
            link.model_copy(update=stamp) for link in links_of(event.logs, event.retry_attempt + 1)
        ]
        return Report(execution.name, document, event.parent_node_execution_id.node_id, links)
    return Report(execution.name, document)


def _said(data: Data, namespace: str) -> dict[str, Any]:
    match data:
        case WorkflowData():
            named = {"workflow": data.launch_plan_id.name, "version": data.launch_plan_id.version}
            return given(run_of_event(data.event) | named | {"launched_by": data.principal})
        case NodeData():
            stamp = data.event.occurred_at
            return {"updated_at": stamp, "actions": action_of_node_event(data.event)}
        case TaskData():
            stamp = data.event.occurred_at
            return {"updated_at": stamp, "actions": action_of_task_event(data.event, namespace)}
        case StartData():
            plan = data.workflow_id if data.workflow_id.name else data.launch_plan_id
            said = {"workflow": plan.name, "version": plan.version, "launched_by": data.principal}
            return given(said)
