"""What programs send to record executions: the shapes of `docs/api.md`, checked once.

Left out, null and given are three things; `model_fields_set` tells the first two apart. Unknown
fields are refused by name. Text holds no NUL, which PostgreSQL cannot store.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
)

from linkhub.lib.names import check_name
from linkhub.runs.attached import AttachedLinkDocument, check_identities, check_spread
from linkhub.runs.phases import Phase
from linkhub.runs.scalars import WHOLE, WITHOUT_NUL, Described, Moment, Short

MAX_KEYS = 200
MAX_ATTEMPTS = 1000
MAX_PODS = 10_000


def _named(value: str) -> str:
    if message := check_name(value):
        raise ValueError(message)
    return value


# As `check_name` has it.
NAME = {"minLength": 1, "maxLength": 255, "pattern": r"^[^\u0000-\u001f\u007f-\u009f]*$"}
Name = Annotated[str, AfterValidator(_named), Described(NAME)]
Long = Annotated[str, StringConstraints(max_length=10_000), WITHOUT_NUL]
MapKey = Annotated[str, StringConstraints(min_length=1, max_length=255), WITHOUT_NUL]
Map = Annotated[dict[MapKey, Long | None], Field(max_length=MAX_KEYS)]
Context = Annotated[dict[MapKey, Long], Field(max_length=MAX_KEYS)]
Links = Annotated[
    list[AttachedLinkDocument],
    Field(max_length=1000),
    AfterValidator(check_identities),
    AfterValidator(check_spread),
]


class Document(BaseModel):
    """Every object may say when what it holds was true; else the time of receipt counts."""

    model_config = ConfigDict(extra="forbid", strict=True, use_enum_values=True)

    updated_at: Moment | None = None

    def given(self, leave_out: frozenset[str]) -> dict[str, Any]:
        """The fields that were given, null included, without those named."""
        held = self.__dict__
        return {name: held[name] for name in self.model_fields_set - leave_out}


class PodDocument(Document):
    name: Name
    uid: Short | None = None
    namespace: Short | None = None
    container: Short | None = None
    container_id: Short | None = None
    hostname: Short | None = None
    node: Short | None = None
    worker_index: Annotated[int, Field(ge=0, le=2**31 - 1), WHOLE] | None = None
    primary: bool | None = None
    started_at: Moment | None = None
    ended_at: Moment | None = None


class AttemptDocument(Document):
    number: Annotated[int, Field(ge=1, le=2**31 - 1), WHOLE]
    phase: Phase | None = None
    started_at: Moment | None = None
    ended_at: Moment | None = None
    cluster: Short | None = None
    error: Long | None = None
    generated_name: Short | None = None
    variables: Map | None = None
    pods: Annotated[list[PodDocument], Field(max_length=MAX_PODS)] = []


class ActionFields(Document):
    """An action without its name, as PATCH takes it."""

    parent: Name | Literal[""] | None = None
    task: Name | None = None
    task_version: Short | None = None
    task_type: Short | None = None
    phase: Phase | None = None
    started_at: Moment | None = None
    ended_at: Moment | None = None
    reopened: bool = False
    context: Context | None = None
    task_config: Map | None = None
    labels: Map | None = None
    replaces_task_links: bool | None = None
    attempts: Annotated[list[AttemptDocument], Field(max_length=MAX_ATTEMPTS)] = []
    links: Links | None = None


class ActionDocument(ActionFields):
    name: Name


class TaskLinksDocument(Document):
    """A task's static links with the time at which they were true."""

    links: Links


class RunDocument(Document):
    workflow: Name | None = None
    version: Short | None = None
    engine: Annotated[str, StringConstraints(max_length=64), WITHOUT_NUL] | None = None
    phase: Phase | None = None
    reopened: bool = False
    launched_by: Short | None = None
    org: Short | None = None
    cluster: Short | None = None
    namespace: Short | None = None
    source: Short | None = None
    source_url: Annotated[str, StringConstraints(max_length=8000), WITHOUT_NUL] | None = None
    created_at: Moment | None = None
    started_at: Moment | None = None
    ended_at: Moment | None = None
    labels: Map | None = None
    context: Context | None = None
    links: Links | None = None
    actions: list[ActionDocument] = []
