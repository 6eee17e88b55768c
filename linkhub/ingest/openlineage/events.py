"""OpenLineage's events as far as LinkHub reads them (openlineage.io/spec/2-0-2).

What an event must have is held to the specification. Facets are read as they come in the wild:
what is not known is let go, what is known has its type, and nothing of it is required. Datasets
are not read at all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    model_validator,
)

from linkhub.ingest.flyte2 import values
from linkhub.runs.scalars import Moment

MAX_TASKS = 10_000


def _string_map(value: Any) -> Any:
    """A map of anything as one of texts: what is no text is written as JSON."""
    if not isinstance(value, Mapping):
        return value
    return values.string_map({key: _as_text(held) for key, held in value.items()})


def _as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


Given = Annotated[str, Field(min_length=1), AfterValidator(values.text)]
Text = Annotated[str, AfterValidator(values.text)]
Strings = Annotated[dict[str, str], BeforeValidator(_string_map)]
Index = Annotated[int, Field(ge=-1, le=2**31 - 1)]
Number = Annotated[int, Field(ge=0, le=2**31 - 1)]


class Part(BaseModel):
    """Part of an event; more may stand in it."""

    model_config = ConfigDict(
        extra="ignore", coerce_numbers_to_str=True, validate_by_name=True, validate_by_alias=True
    )


class KeyValue(Part):
    key: Text = ""
    value: Text = ""


class Tags(Part):
    tags: list[KeyValue] | None = None


class Owner(Part):
    name: Text = ""


class Ownership(Part):
    owners: list[Owner] | None = None


class SourceCodeLocation(Part):
    url: Text | None = None
    version: Text | None = None


class JobType(Part):
    integration: Text | None = None
    job_type: Annotated[Text | None, Field(validation_alias="jobType")] = None


class Facets(Part):
    """A facet that is deleted has nothing in it but that."""

    @model_validator(mode="before")
    @classmethod
    def drop_deleted(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        return {
            name: facet
            for name, facet in given.items()
            if not (isinstance(facet, Mapping) and facet.get("_deleted") is True)
        }


class JobFacets(Facets):
    tags: Tags | None = None
    ownership: Ownership | None = None
    source_code_location: Annotated[
        SourceCodeLocation | None, Field(validation_alias="sourceCodeLocation")
    ] = None
    job_type: Annotated[JobType | None, Field(validation_alias="jobType")] = None


class JobName(Part):
    namespace: Given
    name: Given


class Job(JobName):
    facets: JobFacets | None = None


class RunId(Part):
    run_id: Annotated[UUID, Field(validation_alias="runId")]


class Ancestor(Part):
    run: RunId
    job: JobName


class Parent(Ancestor):
    root: Ancestor | None = None


class NominalTime(Part):
    start: Annotated[Text | None, Field(validation_alias="nominalStartTime")] = None
    end: Annotated[Text | None, Field(validation_alias="nominalEndTime")] = None


class ErrorMessage(Part):
    message: Text | None = None
    stack_trace: Annotated[Text | None, Field(validation_alias="stackTrace")] = None


class ExternalQuery(Part):
    id: Annotated[Text | None, Field(validation_alias="externalQueryId")] = None
    source: Text | None = None


class ProcessingEngine(Part):
    name: Text | None = None
    version: Text | None = None


class Dag(Part):
    dag_id: Text | None = None


class DagRun(Part):
    run_id: Text | None = None
    dag_id: Text | None = None
    conf: Strings | None = None
    start_date: Moment | None = None
    clear_number: Number | None = None
    run_type: Text | None = None
    triggering_user_name: Text | None = None
    dag_version_number: Text | None = None
    dag_bundle_version: Text | None = None


class AirflowTask(Part):
    task_id: Text | None = None
    operator_class: Text | None = None


class TaskInstance(Part):
    try_number: Number | None = None
    map_index: Index | None = None
    log_url: Text | None = None


class AirflowDagRun(Part):
    """`airflowDagRun`: of a DAG's own events."""

    dag: Dag = Dag()
    dag_run: Annotated[DagRun, Field(validation_alias="dagRun")] = DagRun()


class Airflow(AirflowDagRun):
    """`airflow`: of a task's events."""

    task: AirflowTask = AirflowTask()
    task_instance: Annotated[TaskInstance, Field(validation_alias="taskInstance")] = TaskInstance()


class AirflowState(Part):
    """`airflowState`: how each task of a DAG run ended, those without events of their own too."""

    tasks: Annotated[
        dict[Text, Text | None], Field(validation_alias="tasksState", max_length=MAX_TASKS)
    ] = {}


class SparkApplication(Part):
    id: Annotated[Text | None, Field(validation_alias="applicationId")] = None
    user: Annotated[Text | None, Field(validation_alias="userName")] = None
    ui: Annotated[Text | None, Field(validation_alias="uiWebUrl")] = None
    proxy: Annotated[Text | None, Field(validation_alias="proxyUrl")] = None
    history: Annotated[Text | None, Field(validation_alias="historyUrl")] = None


class DbtRun(Part):
    invocation_id: Text | None = None
    project_name: Text | None = None
    project_version: Text | None = None
    profile_name: Text | None = None
    job_id: Text | None = None
    run_id: Text | None = None


class RunFacets(Facets):
    parent: Annotated[
        Parent | None, Field(validation_alias=AliasChoices("parent", "parentRun"))
    ] = None
    nominal_time: Annotated[NominalTime | None, Field(validation_alias="nominalTime")] = None
    error: Annotated[ErrorMessage | None, Field(validation_alias="errorMessage")] = None
    external_query: Annotated[ExternalQuery | None, Field(validation_alias="externalQuery")] = None
    tags: Tags | None = None
    engine: Annotated[ProcessingEngine | None, Field(validation_alias="processing_engine")] = None
    airflow: Airflow | None = None
    airflow_dag_run: Annotated[AirflowDagRun | None, Field(validation_alias="airflowDagRun")] = None
    airflow_state: Annotated[AirflowState | None, Field(validation_alias="airflowState")] = None
    spark: Annotated[
        SparkApplication | None, Field(validation_alias="spark_applicationDetails")
    ] = None
    dbt: Annotated[DbtRun | None, Field(validation_alias="dbt_run")] = None


class Run(RunId):
    facets: RunFacets | None = None


class RunEvent(Part):
    """What happened to a run of a job. Without a type it is one of OTHER."""

    event_time: Annotated[Moment, Field(validation_alias="eventTime")]
    event_type: Annotated[
        Literal["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"],
        Field(validation_alias="eventType"),
        BeforeValidator(lambda given: "OTHER" if given is None else given),
    ] = "OTHER"
    run: Run
    job: Job

    @property
    def facets(self) -> RunFacets:
        return self.run.facets or RunFacets()

    @property
    def job_facets(self) -> JobFacets:
        return self.job.facets or JobFacets()


class DatasetEvent(Part):
    """What is said of a dataset: accepted, and not kept."""

    event_time: Annotated[Moment, Field(validation_alias="eventTime")]
    dataset: Annotated[Job, Field(description="Its namespace and name.")]


class JobEvent(Part):
    """What is said of a job that does not run: accepted, and not kept."""

    event_time: Annotated[Moment, Field(validation_alias="eventTime")]
    job: Job


def _kind(given: Any) -> str:
    """The specification tells them apart by what they have."""
    if not isinstance(given, Mapping) or "run" in given or "eventType" in given:
        return "RunEvent"
    kinds = {"dataset": "DatasetEvent", "job": "JobEvent"}
    return next((kind for name, kind in kinds.items() if name in given), "RunEvent")


Event = Annotated[
    Annotated[RunEvent, Tag("RunEvent")]
    | Annotated[DatasetEvent, Tag("DatasetEvent")]
    | Annotated[JobEvent, Tag("JobEvent")],
    Discriminator(_kind),
]
