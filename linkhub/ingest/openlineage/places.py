"""Where an event belongs: names of project, run and action, from the event alone.

Airflow's facets     run = dag_run_id, action = task_id, or task_id[3] of a mapped task
parent facet         run = the root's run id (the parent's, where no root is named),
                     action = job name and the end of the run id
neither              run = the run id, action = job name
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from uuid import UUID

from linkhub.ingest.openlineage.events import Ancestor, JobName, Parent, RunEvent
from linkhub.lib.names import MAX_LENGTH, check_name

DIGEST = 32
TAIL = 12


@dataclass(frozen=True)
class Place:
    """The run and action of an event; `action` is empty for what is of the run itself.

    `dag` with Airflow's: its run ids are unique in a DAG only (`naming.py`). `above` are the
    run ids of root and parent; `known` where the run is one that says itself what it is.
    """

    run: str
    action: str
    parent: str = ""
    group: str = ""
    dag: str = ""
    above: tuple[UUID, ...] = ()
    known: bool = False


def slug(namespace: str) -> str:
    """A namespace as the name of a project, as `linkhub_client.identity` makes it too."""
    found = re.sub(r"[^a-z0-9_-]+", "-", namespace.lower()).strip("-")
    return fitted(found or "default")


def namespace_of(event: RunEvent) -> str:
    """Whose project it is: that of the run which everything below it belongs to."""
    if event.facets.airflow or event.facets.airflow_dag_run or event.facets.parent is None:
        return event.job.namespace
    return _root(event.facets.parent).job.namespace


def place_of(event: RunEvent) -> Place:
    if airflow := _airflow(event):
        return airflow
    parent = event.facets.parent
    name = fitted(event.job.name)
    if parent is None:
        return Place(run=str(event.run.run_id), action=name)
    root = _root(parent)
    if root.run.run_id == event.run.run_id:
        return Place(run=str(event.run.run_id), action=name)
    above = (
        fitted(root.job.name)
        if parent.run.run_id == root.run.run_id
        else step_name(parent.job, parent.run.run_id)
    )
    return Place(
        run=str(root.run.run_id),
        action=step_name(event.job, event.run.run_id),
        parent=above,
        above=(root.run.run_id, parent.run.run_id),
    )


def _airflow(event: RunEvent) -> Place | None:
    """None for what is not Airflow's, or of a version that does not name its DAG run."""
    facets = event.facets
    facet = facets.airflow or facets.airflow_dag_run
    if facet is None or not facet.dag_run.run_id:
        return None
    dag = facet.dag.dag_id or facet.dag_run.dag_id or event.job.name.partition(".")[0]
    run = fitted(facet.dag_run.run_id)
    if facets.airflow is None:
        return Place(run=run, action="", dag=fitted(dag))
    task = facets.airflow.task.task_id or event.job.name.removeprefix(f"{dag}.")
    index = facets.airflow.task_instance.map_index
    if index is None or index < 0:
        return Place(run=run, action=fitted(task), dag=fitted(dag))
    group = fitted(task)
    return Place(
        run=run, action=fitted(f"{task}[{index}]"), parent=group, group=group, dag=fitted(dag)
    )


def _root(parent: Parent) -> Ancestor:
    return parent.root or parent


def step_name(job: JobName, run: UUID) -> str:
    """One job may run many times below the same root: the end of a run id tells them apart."""
    return fitted(f"{job.name}-{run.hex[-TAIL:]}")


def fitted(name: str) -> str:
    """The name, with a digest in the place of what no name can have."""
    if check_name(name) is None:
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:DIGEST]
    clean = "".join(each if each.isprintable() else "_" for each in name)
    return f"{clean[: MAX_LENGTH - DIGEST - 1]}~{digest}"
