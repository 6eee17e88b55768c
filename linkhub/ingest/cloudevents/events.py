"""A CloudEvent and what Flyte 1 puts into it, in both of its versions.

    v1   com.flyte.resource.flyteidl.admin.TaskExecutionEventRequest   data {requestId, event}
    v2   com.flyte.resource.cloudevents.TaskExecution                  data {rawEvent, …}

An event's `id` says nothing: Flyte gives the same one to different events. What an event says
is known by execution, node, try and phase, and recording the same twice changes nothing.
"""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import from_json

from linkhub.ingest.flyte1.messages import (
    EntityId,
    ExecutionId,
    Message,
    NodeEvent,
    Short,
    TaskEvent,
    WorkflowEvent,
)

PREFIX = "com.flyte.resource."
Kind = Literal["workflow", "node", "task", "start"]
KINDS: dict[str, Kind] = {
    f"{PREFIX}flyteidl.admin.WorkflowExecutionEventRequest": "workflow",
    f"{PREFIX}flyteidl.admin.NodeExecutionEventRequest": "node",
    f"{PREFIX}flyteidl.admin.TaskExecutionEventRequest": "task",
    f"{PREFIX}cloudevents.WorkflowExecution": "workflow",
    f"{PREFIX}cloudevents.NodeExecution": "node",
    f"{PREFIX}cloudevents.TaskExecution": "task",
    f"{PREFIX}cloudevents.ExecutionStart": "start",
}
Given = Annotated[str, Field(min_length=1, max_length=10_000)]


def _read_json(given: Any) -> Any:
    """Data that travels as text is JSON too."""
    return from_json(given) if isinstance(given, str) else given


class Envelope(Message):
    """The attributes that every CloudEvent has, and its data as it came."""

    model_config = ConfigDict(alias_generator=None)

    specversion: Literal["1.0"]
    id: Given
    source: Given
    type: Given
    data: Annotated[Any, BeforeValidator(_read_json)] = None

    @model_validator(mode="before")
    @classmethod
    def unpack(cls, given: Any) -> Any:
        """`data_base64` is data that was not JSON to its sender; to Flyte it is."""
        if not isinstance(given, dict) or not isinstance(given.get("data_base64"), str):
            return given
        try:
            data = base64.b64decode(given["data_base64"], validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise ValueError("has a data_base64 that is no base64 of JSON") from error
        return given | {"data": data}


RAW = AliasChoices("event", "rawEvent", "raw_event")


class WorkflowData(Message):
    event: Annotated[WorkflowEvent, Field(validation_alias=RAW)]
    launch_plan_id: EntityId = EntityId()
    principal: Short = ""


class NodeData(Message):
    event: Annotated[NodeEvent, Field(validation_alias=RAW)]


class TaskData(Message):
    event: Annotated[TaskEvent, Field(validation_alias=RAW)]


class StartData(Message):
    execution_id: ExecutionId
    launch_plan_id: EntityId = EntityId()
    workflow_id: EntityId = EntityId()
    principal: Short = ""


DATA: dict[Kind, type[WorkflowData | NodeData | TaskData | StartData]] = {
    "workflow": WorkflowData,
    "node": NodeData,
    "task": TaskData,
    "start": StartData,
}
Data = WorkflowData | NodeData | TaskData | StartData


def execution_of(data: Data) -> ExecutionId:
    match data:
        case StartData():
            return data.execution_id
        case WorkflowData():
            return data.event.execution_id
        case NodeData():
            return data.event.id.execution_id
        case TaskData():
            return data.event.parent_node_execution_id.execution_id
