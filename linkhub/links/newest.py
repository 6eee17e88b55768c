"""The newest runs, of all that a viewer may see or of one project: what most lists begin with.

As `page_of_runs` has them without filters, by SQL that is made once (`made_once.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model, QuerySet

from linkhub.accounts.by_viewer import ByViewer
from linkhub.accounts.models import Project, ProjectQuerySet, User
from linkhub.lib.made_once import MadeOnce
from linkhub.runs.models import Run, RunQuerySet, Workflow

ORDER = ("-created_at", "-name", "-domain", "-project_id")
# What a list shows of a run, and what its links are looked up by. In the order of the model's
# columns, as `from_db` wants them.
_SHOWN = frozenset(
    {
        *("id", "project_id", "workflow_id", "domain", "name", "phase", "launched_by"),
        *("created_at", "started_at", "ended_at"),
    }
)
_RUN = tuple(field.attname for field in Run._meta.concrete_fields if field.attname in _SHOWN)
M = TypeVar("M", bound=Model)


def newest_runs(viewer: User, number: int, *, project: str | None = None) -> list[Run]:
    """The first `number` of those that the viewer may see, with project and workflow."""
    if project is None:
        return runs_of(_of_all(number).rows(viewer))
    return runs_of(_of_project(number).rows(viewer, project=project))


def latest_runs(project: Project, number: int) -> list[Run]:
    """The latest run of each workflow, from the rows that are kept: no scan over runs."""
    return runs_of(_latest(number).rows(project=project.pk))


def runs_of(rows: Iterable[tuple[Any, ...]]) -> list[Run]:
    """The runs of such rows; those of the same project or workflow share it."""
    projects: dict[int, Project] = {}
    workflows: dict[int | None, Workflow | None] = {None: None}
    found = []
    for *own, project, workflow in rows:
        run = Run.from_db(DEFAULT_DB_ALIAS, _RUN, own)
        if run.project_id not in projects:
            projects[run.project_id] = _named(Project, run.project_id, project)
        if run.workflow_id not in workflows:
            workflows[run.workflow_id] = _named(Workflow, run.workflow_id, workflow)
        run.project, run.workflow = projects[run.project_id], workflows[run.workflow_id]
        found.append(run)
    return found


def _named(model: type[M], pk: int | None, name: str) -> M:
    return model.from_db(DEFAULT_DB_ALIAS, ("id", "name"), (pk, name))


def _listed(runs: RunQuerySet, number: int) -> QuerySet[Run, Any]:
    return runs.order_by(*ORDER).values_list(*_RUN, "project__name", "workflow__name")[:number]


@cache
def _of_all(number: int) -> ByViewer:
    def asked(visible: ProjectQuerySet) -> QuerySet[Run, Any]:
        sees_all = not visible.query.has_filters()
        runs = Run.objects.all() if sees_all else Run.objects.filter(project__in=visible)
        return _listed(runs, number)

    return ByViewer(asked)


@cache
def _of_project(number: int) -> ByViewer:
    def asked(visible: ProjectQuerySet, project: str) -> QuerySet[Run, Any]:
        of_name = visible.filter(name=project).values("pk")[:1]
        return _listed(Run.objects.filter(project=of_name), number)

    return ByViewer(asked, project=str)


@cache
def _latest(number: int) -> MadeOnce:
    def asked(project: int) -> QuerySet[Run, Any]:
        latest = Workflow.objects.filter(project=project, latest_run__isnull=False)
        return _listed(Run.objects.filter(pk__in=latest.values("latest_run_id")), number)

    return MadeOnce(asked, project=int)
