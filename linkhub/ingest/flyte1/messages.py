"""Flyte 1's messages as far as LinkHub reads them (flyteidl 1.16), from any of their JSON forms.

The REST gateway writes snake_case with every default and null for what is not there; CloudEvents
are lowerCamelCase without defaults. Enums come as names or numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)
from pydantic.alias_generators import to_camel

from linkhub.ingest.flyte2 import values
from linkhub.runs.documents import Name
from linkhub.runs.phases import Phase
from linkhub.runs.scalars import Moment

# By number too, in the order of flyteidl's enums; None is what says nothing new.
WORKFLOW_PHASES: Mapping[str, Phase | None] = {
    "UNDEFINED": None,
    "QUEUED": Phase.QUEUED,
    "RUNNING": Phase.RUNNING,
    "SUCCEEDING": Phase.RUNNING,
    "SUCCEEDED": Phase.SUCCEEDED,
    "FAILING": Phase.RUNNING,
    "FAILED": Phase.FAILED,
    "ABORTED": Phase.ABORTED,
    "TIMED_OUT": Phase.TIMED_OUT,
    "ABORTING": Phase.RUNNING,
}
NODE_PHASES: Mapping[str, Phase | None] = {
    "UNDEFINED": None,
    "QUEUED": Phase.QUEUED,
    "RUNNING": Phase.RUNNING,
    "SUCCEEDED": Phase.SUCCEEDED,
    "FAILING": Phase.RUNNING,
    "FAILED": Phase.FAILED,
    "ABORTED": Phase.ABORTED,
    "SKIPPED": Phase.ABORTED,
    "TIMED_OUT": Phase.TIMED_OUT,
    "DYNAMIC_RUNNING": Phase.RUNNING,
    "RECOVERED": Phase.RECOVERED,
}
TASK_PHASES: Mapping[str, Phase | None] = {
    "UNDEFINED": None,
    "QUEUED": Phase.QUEUED,
    "RUNNING": Phase.RUNNING,
    "SUCCEEDED": Phase.SUCCEEDED,
    "ABORTED": Phase.ABORTED,
    "FAILED": Phase.FAILED,
    "INITIALIZING": Phase.INITIALIZING,
    "WAITING_FOR_RESOURCES": Phase.WAITING_FOR_RESOURCES,
    "RETRYABLE_FAILED": Phase.FAILED,
}
MAX_LOGS = 1000


class _PhaseOf:
    def __init__(self, phases: Mapping[str, Phase | None]) -> None:
        self._phases = phases
        self._by_number = dict(enumerate(phases.values()))

    def __call__(self, given: Any) -> Any:
        """None where it is not said, or is a name that LinkHub does not know yet; a phase as
        LinkHub itself wrote it stays."""
        if isinstance(given, Phase) or given in Phase.values:
            return given
        if isinstance(given, str):
            return self._phases.get(given)
        if isinstance(given, int) and not isinstance(given, bool):
            return self._by_number.get(given)
        return given


WorkflowPhase = Annotated[Phase | None, BeforeValidator(_PhaseOf(WORKFLOW_PHASES))]
NodePhase = Annotated[Phase | None, BeforeValidator(_PhaseOf(NODE_PHASES))]
TaskPhase = Annotated[Phase | None, BeforeValidator(_PhaseOf(TASK_PHASES))]
Short = Annotated[str, AfterValidator(values.short)]
Text = Annotated[str, AfterValidator(values.text)]
Strings = Annotated[dict[str, str], AfterValidator(values.string_map)]
# A number of 64 bits travels as text.
Count = Annotated[int, Field(ge=0, le=2**31 - 2)]


class Message(BaseModel):
    model_config = ConfigDict(
        extra="ignore", alias_generator=to_camel, validate_by_name=True, validate_by_alias=True
    )

    @model_validator(mode="before")
    @classmethod
    def drop_null(cls, given: Any) -> Any:
        """Null is what is not there."""
        if not isinstance(given, Mapping):
            return given
        return {name: held for name, held in given.items() if held is not None}


class ExecutionId(Message):
    project: Name
    domain: Name
    name: Name
    org: Short = ""


class NodeId(Message):
    node_id: Name
    execution_id: ExecutionId


class EntityId(Message):
    """Of a task, workflow or launch plan."""

    name: Short = ""
    version: Short = ""


class Failure(Message):
    code: Text = ""
    message: Text = ""

    @property
    def sentence(self) -> str:
        return values.text(": ".join(filter(None, (self.code, self.message))))


class TaskLog(Message):
    uri: Text = ""
    name: Text = ""
    message_format: str | int = ""
    ttl: str | None = None
    # Named so in the message itself.
    show_while_pending: Annotated[
        bool, Field(validation_alias=AliasChoices("ShowWhilePending", "showWhilePending"))
    ] = False
    hide_once_finished: Annotated[
        bool, Field(validation_alias=AliasChoices("HideOnceFinished", "hideOnceFinished"))
    ] = False


Logs = Annotated[list[TaskLog], Field(max_length=MAX_LOGS)]


class ExternalResource(Message):
    external_id: Text = ""
    index: Count = 0
    retry_attempt: Count = 0
    phase: TaskPhase = None
    logs: Logs = []


class TaskMetadata(Message):
    generated_name: Text = ""
    external_resources: Annotated[list[ExternalResource], Field(max_length=10_000)] = []
    plugin_identifier: Short = ""


class Reason(Message):
    message: Text = ""


class ParentNode(Message):
    node_id: Short = ""


class WorkflowEvent(Message):
    """`WorkflowExecutionEvent`."""

    execution_id: ExecutionId
    producer_id: Short = ""
    phase: WorkflowPhase = None
    occurred_at: Moment
    error: Failure = Failure()


class NodeEvent(Message):
    """`NodeExecutionEvent`."""

    id: NodeId
    producer_id: Short = ""
    phase: NodePhase = None
    occurred_at: Moment
    error: Failure = Failure()
    parent_node_metadata: ParentNode = ParentNode()
    node_name: Short = ""
    spec_node_id: Short = ""
    is_array: bool = False
    target_entity: EntityId = EntityId()


class TaskState(Message):
    """What an event and a closure say alike of a task's attempt."""

    phase: TaskPhase = None
    logs: Logs = []
    error: Failure = Failure()
    task_type: Short = ""
    reason: Text = ""
    reasons: list[Reason] = []
    metadata: TaskMetadata = TaskMetadata()


class TaskEvent(TaskState):
    """`TaskExecutionEvent`."""

    task_id: EntityId = EntityId()
    parent_node_execution_id: NodeId
    retry_attempt: Count = 0
    producer_id: Short = ""
    occurred_at: Moment


class SystemMetadata(Message):
    execution_cluster: Short = ""
    namespace: Short = ""


class ExecutionMetadata(Message):
    principal: Short = ""
    mode: str | int = ""
    system_metadata: SystemMetadata = SystemMetadata()


class StringMap(Message):
    values: Strings = {}


class ExecutionSpec(Message):
    launch_plan: EntityId = EntityId()
    metadata: ExecutionMetadata = ExecutionMetadata()
    labels: StringMap = StringMap()
    annotations: StringMap = StringMap()


class Closure(Message):
    started_at: Moment | None = None
    duration: str = ""
    created_at: Moment | None = None
    updated_at: Moment | None = None
    error: Failure = Failure()


class AbortMetadata(Message):
    cause: Text = ""


class ExecutionClosure(Closure):
    phase: WorkflowPhase = None
    workflow_id: EntityId = EntityId()
    abort_metadata: AbortMetadata = AbortMetadata()


class Execution(Message):
    id: ExecutionId
    spec: ExecutionSpec = ExecutionSpec()
    closure: ExecutionClosure = ExecutionClosure()


class NodeClosure(Closure):
    phase: NodePhase = None
    deck_uri: Text = ""


class NodeMetadata(Message):
    is_parent_node: bool = False
    is_dynamic: bool = False
    is_array: bool = False
    spec_node_id: Short = ""


class NodeExecution(Message):
    id: NodeId
    closure: NodeClosure = NodeClosure()
    metadata: NodeMetadata = NodeMetadata()


class TaskExecutionId(Message):
    task_id: EntityId = EntityId()
    node_execution_id: NodeId
    retry_attempt: Count = 0


class TaskClosure(TaskState, Closure):
    pass


class TaskExecution(Message):
    id: TaskExecutionId
    closure: TaskClosure = TaskClosure()
    is_parent: bool = False
