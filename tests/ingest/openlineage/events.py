"""OpenLineage's events as Airflow's provider and others send them."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
RUN_ID = "scheduled__2026-01-05T00:00:00+00:00"


def at(seconds: float) -> str:
    return (START + timedelta(seconds=seconds)).isoformat()


def run_id(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


def event(
    kind: str, seconds: float, job: str, run: str, namespace: str = "lab", **facets: Any
) -> dict[str, Any]:
    job_facets = facets.pop("job_facets", {})
    return {
        "eventType": kind,
        "eventTime": at(seconds),
        "producer": "https://example.com/producer",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "job": {"namespace": namespace, "name": job, "facets": job_facets},
        "run": {"runId": run_id(run), "facets": facets},
        "inputs": [],
        "outputs": [],
    }


def parent(job: str, run: str, root: tuple[str, str] | None = None) -> dict[str, Any]:
    """A parent facet; `root` is job and run."""

    def named(job: str, run: str) -> dict[str, Any]:
        return {"run": {"runId": run_id(run)}, "job": {"namespace": "lab", "name": job}}

    return {"parent": named(job, run) | ({"root": named(*root)} if root else {})}


def dag_run(dag: str, run: str = RUN_ID, **fields: Any) -> dict[str, Any]:
    return {"dag": {"dag_id": dag}, "dagRun": {"run_id": run, "dag_id": dag} | fields}


def dag_event(
    kind: str, seconds: float, dag: str = "daily", clear: int = 0, **facets: Any
) -> dict[str, Any]:
    run = dag_run(dag, clear_number=clear, start_date=at(clear * 100))
    return event(kind, seconds, dag, f"{dag} {clear}", airflowDagRun=run, **facets)


def task_event(
    kind: str,
    seconds: float,
    task: str,
    dag: str = "daily",
    attempt: int = 1,
    index: int | None = None,
    **facets: Any,
) -> dict[str, Any]:
    log = f"https://airflow.example.com/dags/{dag}/runs/{RUN_ID}/tasks/{task}?try_number={attempt}"
    instance = {"try_number": attempt, "map_index": index, "log_url": log, "pool": "default_pool"}
    airflow = dag_run(dag) | {
        "task": {"task_id": task, "operator_class": "PythonOperator", "retries": 2},
        "taskInstance": instance,
        "taskUuid": run_id(f"{dag} {task} {index} {attempt}"),
    }
    return event(
        kind,
        seconds,
        f"{dag}.{task}",
        f"{dag} {task} {index} {attempt}",
        airflow=airflow,
        **parent(dag, f"{dag} 0"),
        **facets,
    )
