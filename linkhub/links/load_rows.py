"""What loading reads of a batch of units: a statement a table, by ids, made once."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Q

from linkhub.accounts.models import Project
from linkhub.lib.made_once import MadeOnce
from linkhub.runs.models import Action, AttachedLink, Attempt, Pod, Run, Task

RUN_COLUMNS = (
    "pk",
    "project__name",
    "domain",
    "name",
    "workflow__name",
    "version",
    "engine",
    "org",
    "phase",
    "launched_by",
    "cluster",
    "namespace",
    "source_url",
    "created_at",
    "started_at",
    "ended_at",
    "labels",
    "context",
)
ATTEMPT_COLUMNS = (
    "pk",
    "number",
    "phase",
    "started_at",
    "ended_at",
    "cluster",
    "generated_name",
    "variables",
)
POD_COLUMNS = (
    "pk",
    "name",
    "uid",
    "namespace",
    "container",
    "container_id",
    "hostname",
    "node",
    "worker_index",
    "primary",
    "started_at",
    "ended_at",
)
ATTACHED_COLUMNS = ("key", "layer", "body", "attempt", "pod", "position")
ACTION_COLUMNS = (
    *("pk", "run_id", "name", "parent", "phase", "started_at", "ended_at", "task_id"),
    *("task_version", "task_type", "labels", "context", "task_config", "replaces_task_links"),
)

# As SQL, because Django takes many times as long to make it as the database to answer.
ROOTS = """
    SELECT DISTINCT ON (run_id) run_id, id, name FROM runs_action
    WHERE run_id = ANY(%s::bigint[]) AND parent = ''
    ORDER BY run_id, name <> 'a0', id
"""

PROJECTS = MadeOnce(
    lambda ids: Project.objects.filter(pk__any_of=ids).values_list("pk", "name"), ids=list
)
RUNS = MadeOnce(lambda ids: Run.objects.filter(pk__any_of=ids).values_list(*RUN_COLUMNS), ids=list)
ACTIONS = MadeOnce(
    lambda ids, runs: Action.objects.filter(pk__any_of=ids, run__any_of=runs).values_list(
        *ACTION_COLUMNS
    ),
    ids=list,
    runs=list,
)
TASKS = MadeOnce(
    lambda ids: Task.objects.filter(pk__any_of=ids).values_list("pk", "name", "version", "links"),
    ids=list,
)
ATTEMPTS = MadeOnce(
    lambda actions: (
        Attempt.objects.filter(action__any_of=actions)
        .order_by("number")
        .values_list("action_id", *ATTEMPT_COLUMNS)
    ),
    actions=list,
)
PODS = MadeOnce(
    lambda actions: Pod.objects.filter(attempt__action__any_of=actions).values_list(
        "attempt_id", *POD_COLUMNS
    ),
    actions=list,
)
ATTACHED = MadeOnce(
    lambda actions, runs: (
        AttachedLink.objects.filter(Q(action__any_of=actions) | Q(run__any_of=runs, action=None))
        .order_by("position", "key", "attempt", "pod")
        .values_list("run_id", "action_id", *ATTACHED_COLUMNS)
    ),
    actions=list,
    runs=list,
)


def rows_of_ids(made: MadeOnce, **ids: Collection[int]) -> list[tuple[Any, ...]]:
    """Nothing is asked where there is nothing to ask for."""
    return made.rows(**{name: [*own] for name, own in ids.items()}) if all(ids.values()) else []
