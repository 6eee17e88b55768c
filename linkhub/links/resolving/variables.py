"""What templates and rules may read of one subject, by Flyte's names and our own.

Names are lower-cased, as `linkhub/links/language/values.py` wants them. What belongs to a deeper
level than the subject is that of the newest attempt's primary pod.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

from linkhub.links.language.values import OpenEnd, Value
from linkhub.links.resolving.facts import ActionFacts, AttemptFacts, PodFacts, RunFacts
from linkhub.links.resolving.flyte_names import FLYTE_2, bare_container_id, generated_name
from linkhub.links.resolving.lifecycle import Life

Plain: TypeAlias = dict[str, Value | None]


def primary_pod(pods: tuple[PodFacts, ...]) -> PodFacts | None:
    """The primary one, else the lowest worker index, then by name."""
    return min(pods, key=_pod_order, default=None)


def _pod_order(pod: PodFacts) -> tuple[bool, bool, int, str]:
    index = pod.worker_index
    return not pod.primary, index is None, index or 0, pod.name


def end_of(ended_at: datetime | None, life: Life, now: datetime) -> datetime | OpenEnd:
    """The recorded end, else the end of what contains it, else now."""
    return ended_at or life.ended_at or OpenEnd(now)


def project_values(project: str) -> Plain:
    return {"project": project, "executionproject": project}


def run_values(run: RunFacts, life: Life, now: datetime) -> Plain:
    return {
        **project_values(run.project),
        "executionname": run.name,
        "runname": run.name,
        "domain": run.domain,
        "executiondomain": run.domain,
        "org": run.org,
        "executionorg": run.org,
        "workflow": run.workflow,
        "workflowversion": run.version,
        "engine": run.engine,
        "launchedby": run.launched_by,
        "sourceurl": run.source_url,
        "cluster": run.cluster,
        "namespace": run.namespace,
        "runcreatedtime": run.created_at,
        "runstarttime": run.started_at,
        "runendtime": end_of(run.ended_at, life, now),
    }


def action_values(run: RunFacts, action: ActionFacts, life: Life, now: datetime) -> Plain:
    return {
        "actionname": action.name,
        "nodeid": None if run.engine in FLYTE_2 else action.name,
        "parentactionname": action.parent,
        "taskid": action.task,
        "taskname": action.task,
        "taskversion": action.task_version or run.version,
        "tasktype": action.task_type,
        "taskproject": run.project,
        "taskdomain": run.domain,
        "taskorg": run.org,
        "actionstarttime": action.started_at,
        "actionendtime": end_of(action.ended_at, life, now),
    }


def attempt_values(
    run: RunFacts, action: ActionFacts, attempt: AttemptFacts, life: Life, now: datetime
) -> Plain:
    generated = generated_name(run, action, attempt)
    values: Plain = {
        "attempt": attempt.number,
        "taskretryattempt": attempt.number - 1,
        "generatedname": generated,
        "attemptstarttime": attempt.started_at,
        "attemptendtime": end_of(attempt.ended_at, life, now),
    }
    if run.engine in FLYTE_2:
        values["nodeid"] = generated
    if attempt.cluster:
        values["cluster"] = attempt.cluster
    return values


def pod_values(run: RunFacts, pod: PodFacts) -> Plain:
    return {
        "podname": pod.name,
        "poduid": pod.uid,
        "namespace": pod.namespace or run.namespace,
        "containername": pod.container,
        "containerid": bare_container_id(pod.container_id),
        "hostname": pod.hostname,
        "nodename": pod.node,
        "workerindex": pod.worker_index,
    }


def extra_values(attempt: AttemptFacts) -> Plain:
    """A back end's own variables, which win over all others, as in Flyte."""
    return {name.lower(): value for name, value in attempt.variables.items() if value != ""}


def flyte_times(start: datetime | None, end: datetime | OpenEnd) -> Plain:
    """Flyte's times of a pod; where its own are not known, those of what it is in."""
    return {
        "podrfc3339starttime": start,
        "podunixstarttime": start,
        "podrfc3339finishtime": end,
        "podunixfinishtime": end,
    }
