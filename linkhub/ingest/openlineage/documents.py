"""What an event says, as a run's document. Its time is the stamp of all of it, so that neither
order nor repetition matters, and an event that never came is missed by no other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from linkhub.ingest.flyte2 import values
from linkhub.ingest.given import given
from linkhub.ingest.openlineage.events import DagRun, RunEvent
from linkhub.ingest.openlineage.places import Place, fitted
from linkhub.runs.attached import AttachedLinkDocument
from linkhub.runs.documents import MAX_KEYS, RunDocument
from linkhub.runs.phases import Phase

SOURCE = "openlineage"
PHASES = {
    "START": Phase.RUNNING,
    "RUNNING": Phase.RUNNING,
    "COMPLETE": Phase.SUCCEEDED,
    "FAIL": Phase.FAILED,
    "ABORT": Phase.ABORTED,
}
ENDS = frozenset({"COMPLETE", "FAIL", "ABORT"})
# How a task of Airflow ended that may have sent nothing by itself.
AIRFLOW_STATES = {
    "success": Phase.SUCCEEDED,
    "failed": Phase.FAILED,
    "upstream_failed": Phase.ABORTED,
    "removed": Phase.ABORTED,
}
MAX_ADDRESS = 8000
TRY = re.compile(r"(?<=[?&]try_number=)\d+")
AIRFLOW_RUN = re.compile(r"(.*/dags/[^/]+/runs/[^/]+)/tasks/.*")


def document_of(event: RunEvent, place: Place) -> RunDocument:
    """Of the event's run, with its action. What may stand nowhere is left out."""
    run = _run(event, place)
    actions = [{"name": place.group, "task": place.group}] if place.group else []
    if place.action:
        actions.append(_action(event, place))
    actions += _tasks_without_events(event)
    return RunDocument.model_validate(
        run | {"updated_at": event.event_time, "source": SOURCE, "actions": actions}
    )


def links_of(event: RunEvent) -> list[AttachedLinkDocument]:
    """The links beside Airflow's log: each event may bring one more, so they are emitted ones."""
    spark, code = event.facets.spark, event.job_facets.source_code_location
    offered: list[tuple[str, str, str | None, dict[str, Any]]] = [
        ("source-code", "Source code", code.url if code else None, {})
    ]
    if spark:
        live = {"hide_once_finished": True}
        offered += [
            ("spark-ui", "Spark UI", spark.ui, live),
            ("spark-proxy", "Spark UI (proxy)", spark.proxy, live),
            ("spark-history", "Spark History", spark.history, {}),
        ]
    stamp = {"updated_at": event.event_time}
    found = (_link(key, name, url, **more | stamp) for key, name, url, more in offered)
    return [link for link in found if link]


def _run(event: RunEvent, place: Place) -> dict[str, Any]:
    """The run's own fields: all of them from its own event, its workflow from those below it."""
    facets = event.facets
    if place.dag:
        return _dag_run(event, place)
    if place.known:
        return {} if place.action else given({"labels": _labels(event)} | _phase(event))
    if facets.parent and place.above:
        return {"workflow": fitted((facets.parent.root or facets.parent).job.name)}
    fields: dict[str, Any] = {"engine": _engine(event)}
    code = event.job_facets.source_code_location
    fields |= {
        "workflow": fitted(event.job.name),
        "version": values.short(code.version) if code and code.version else None,
        "launched_by": values.short(facets.spark.user) if facets.spark else None,
        "labels": _labels(event),
    }
    return given(fields | _phase(event) | _begun(event))


def _dag_run(event: RunEvent, place: Place) -> dict[str, Any]:
    """A task's events say of the run what its own have not said yet, or will never say."""
    facets = event.facets
    airflow = facets.airflow or facets.airflow_dag_run
    run = airflow.dag_run if airflow else DagRun()
    fields: dict[str, Any] = {
        "engine": "airflow",
        "workflow": place.dag,
        "version": values.short(run.dag_version_number or run.dag_bundle_version),
        "launched_by": values.short(run.triggering_user_name),
        "context": run.conf or None,
        "source_url": _dag_run_url(event),
    }
    if run.start_date:
        fields["started_at"] = run.start_date
        # A clear begins the run anew; it stays where it was in lists.
        fields["created_at"] = None if run.clear_number else run.start_date
    if not place.action:
        fields |= {"labels": _labels(event)} | _phase(event)
    return given(fields)


def _phase(event: RunEvent) -> dict[str, Any]:
    """A start after an end is a new beginning, as Airflow's clear is."""
    fields: dict[str, Any] = {"phase": PHASES.get(event.event_type)}
    if event.event_type == "START":
        fields["reopened"] = True
    if event.event_type in ENDS:
        fields["ended_at"] = event.event_time
    return fields


def _begun(event: RunEvent) -> dict[str, Any]:
    if event.event_type != "START":
        return {}
    return {"started_at": event.event_time, "created_at": event.event_time}


def _action(event: RunEvent, place: Place) -> dict[str, Any]:
    facets = event.facets
    airflow = facets.airflow
    started = event.event_time if event.event_type == "START" else None
    fields = {
        "name": place.action,
        "parent": place.parent,
        "task": place.group or (place.action if place.dag else fitted(event.job.name)),
        "task_type": values.short(airflow.task.operator_class) if airflow else _job_type(event),
        "started_at": started,
        "labels": _labels(event),
        "attempts": [_attempt(event)],
        "links": _log(event),
    }
    ended = {name: held for name, held in _phase(event).items() if name != "reopened"}
    return given(fields | ended)


def _attempt(event: RunEvent) -> dict[str, Any]:
    airflow, error = event.facets.airflow, event.facets.error
    texts = (error.message, error.stack_trace) if error else ()
    fields = {
        "number": (airflow.task_instance.try_number if airflow else None) or 1,
        "phase": PHASES.get(event.event_type),
        "started_at": event.event_time if event.event_type == "START" else None,
        "ended_at": event.event_time if event.event_type in ENDS else None,
        "error": values.text("\n\n".join(filter(None, texts))),
    }
    return given(fields)


def _tasks_without_events(event: RunEvent) -> Iterator[dict[str, Any]]:
    """Tasks that Airflow itself ended, and mapped ones as a whole, by the DAG run's end."""
    state = event.facets.airflow_state
    for task, ended in state.tasks.items() if state else ():
        fields: dict[str, Any] = {"name": fitted(task), "task": fitted(task)}
        if ended in AIRFLOW_STATES:
            fields["phase"] = AIRFLOW_STATES[ended]
        elif ended:
            fields["labels"] = {"airflow_state": ended}
        yield fields


def _log(event: RunEvent) -> list[AttachedLinkDocument] | None:
    """Airflow's page of a task's log, one for every attempt where its address names the try."""
    airflow = event.facets.airflow
    if airflow is None:
        return None
    url = airflow.task_instance.log_url
    if url and TRY.search(url):
        url = TRY.sub("{{ attempt }}", url)
        link = _link("airflow-log", "Airflow log", url, link_type="logs", level="attempt")
    else:
        link = _link("airflow-log", "Airflow log", url, link_type="logs")
    return [link] if link else None


def _link(key: str, name: str, url: str | None, **fields: Any) -> AttachedLinkDocument | None:
    """None for what is no address of a page."""
    if not url or _scheme(url) not in ("http", "https"):
        return None
    try:
        return AttachedLinkDocument(key=key, name=name, url=url, **fields)
    except ValidationError:
        return None


def _scheme(url: str) -> str:
    try:
        return urlsplit(url).scheme
    except ValueError:
        return ""


def _dag_run_url(event: RunEvent) -> str:
    airflow = event.facets.airflow
    url = airflow.task_instance.log_url if airflow else None
    found = AIRFLOW_RUN.fullmatch(url or "")
    address = found[1] if found and len(found[1]) <= MAX_ADDRESS else ""
    return address if _scheme(address) in ("http", "https") else ""


def _labels(event: RunEvent) -> dict[str, str]:
    """Tags and owners of job and run, and what the known facets say that links may use."""
    facets, job = event.facets, event.job_facets
    labels: dict[str, str | None] = {}
    for tags in (job.tags, facets.tags):
        labels |= {tag.key: tag.value for tag in (tags and tags.tags) or ()}
    owners = [owner.name for owner in (job.ownership and job.ownership.owners) or ()]
    labels["owner"] = ", ".join(filter(None, owners))
    if facets.nominal_time:
        labels["nominal_start"] = facets.nominal_time.start
        labels["nominal_end"] = facets.nominal_time.end
    if facets.external_query:
        labels["external_query_id"] = facets.external_query.id
        labels["external_query_source"] = facets.external_query.source
    if facets.spark:
        labels["spark_application_id"] = facets.spark.id
    if facets.dbt:
        labels |= {f"dbt_{name}": held for name, held in facets.dbt if name != "dbt"}
    if facets.engine:
        labels["engine_version"] = facets.engine.version
    clean = values.string_map({key: held for key, held in labels.items() if key and held})
    return dict(list(clean.items())[:MAX_KEYS])


def _engine(event: RunEvent) -> str:
    """As the engine calls itself, else the integration that reports it, where either is said."""
    engine, job_type = event.facets.engine, event.job_facets.job_type
    name = (engine.name if engine else None) or (job_type.integration if job_type else None)
    return (name or "").lower()[:64]


def _job_type(event: RunEvent) -> str:
    kind = event.job_facets.job_type
    return values.short(kind.job_type).lower() if kind and kind.job_type else ""
