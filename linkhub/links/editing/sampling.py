"""Which runs a definition that is being written is tried on: a bounded number, by indexes only.

The newest ones, and as many again spread over all the time that runs are from, so that a look at
a million runs costs what a look at a few hundred does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.db import connection

from linkhub.accounts.models import ApiToken, Project, User
from linkhub.links.resolving.recipes import Recipe
from linkhub.links.resolving.selecting import Selector
from linkhub.runs.models import Run, Workflow
from linkhub.runs.pending import Unit

Viewer: TypeAlias = User | ApiToken

NEWEST = 200
SPREAD = 200
MOST_PLACES = 40
# Of one run, actions that are looked at, and those that a definition is tried on.
MOST_ACTIONS = 200
MOST_UNITS_OF_RUN = 20

_NEWEST = """
    SELECT r.id FROM unnest(%(ids)s::bigint[]) AS place(id) CROSS JOIN LATERAL (
        SELECT id, created_at FROM runs_run WHERE {column} = place.id
        ORDER BY created_at DESC LIMIT %(most)s
    ) AS r ORDER BY r.created_at DESC LIMIT %(most)s
"""
_NEWEST_OF_ALL = "SELECT id FROM runs_run ORDER BY created_at DESC LIMIT %(most)s"
_SPREAD = """
    SELECT DISTINCT r.id FROM unnest(%(ids)s::bigint[]) AS place(id)
    CROSS JOIN LATERAL (
        SELECT created_at FROM runs_run WHERE {where} ORDER BY created_at LIMIT 1
    ) AS oldest
    CROSS JOIN LATERAL (
        SELECT created_at FROM runs_run WHERE {where} ORDER BY created_at DESC LIMIT 1
    ) AS newest
    CROSS JOIN generate_series(1, %(points)s) AS point(number)
    CROSS JOIN LATERAL (
        SELECT id FROM runs_run WHERE {where} AND created_at <= oldest.created_at
            + (newest.created_at - oldest.created_at) * ((number - 0.5) / %(points)s)
        ORDER BY created_at DESC LIMIT %(each)s
    ) AS r
"""
_ACTIONS = """
    SELECT a.run_id, a.id, coalesce(t.name, '') FROM unnest(%(runs)s::bigint[]) AS run(id)
    CROSS JOIN LATERAL (
        SELECT id, run_id, name, task_id FROM runs_action WHERE run_id = run.id
        ORDER BY name LIMIT %(most)s
    ) AS a LEFT JOIN runs_task AS t ON t.id = a.task_id ORDER BY a.run_id, a.name
"""


@dataclass(frozen=True, slots=True)
class Sample:
    """Runs that a definition may be for, the newest first. `whole`: there are no others."""

    runs: Sequence[Run]
    whole: bool


@dataclass(frozen=True, slots=True)
class Places:
    """Where to look: rows of `column` (a project's or workflow's id), or everywhere."""

    column: str = ""
    ids: Sequence[int] = ()
    cut: bool = False

    def newest(self, most: int) -> list[int]:
        sql = _NEWEST.format(column=self.column) if self.column else _NEWEST_OF_ALL
        return _ids(sql, {"ids": list(self.ids), "most": most})

    def spread(self) -> list[int]:
        ids = list(self.ids) if self.column else [0]
        where = f"{self.column} = place.id" if self.column else "true"
        points = max(1, MOST_PLACES // max(len(ids), 1))
        each = max(1, SPREAD // (points * max(len(ids), 1)))
        given = {"ids": ids, "points": points, "each": each}
        return _ids(_SPREAD.format(where=where), given)


def sample_runs(viewer: Viewer, recipes: Sequence[Recipe], *, spread: bool) -> Sample:
    """Runs that `viewer` may see and whose names any of the recipes may take."""
    places = _places(viewer, recipes)
    newest = [each.newest(NEWEST + 1) for each in places]
    whole = len(newest[0]) <= NEWEST and not places[0].cut
    found = {pk for ids in newest for pk in ids[:NEWEST]}
    if spread and not whole:
        found.update(pk for each in places for pk in each.spread())
    runs = Run.objects.filter(pk__in=found).select_related("project", "workflow")
    ordered = runs.defer("stamps", "observed").order_by("-created_at", "-pk")
    return Sample([run for run in ordered if _may_take(recipes, run)], whole)


def visible_projects(viewer: Viewer, recipes: Iterable[Recipe]) -> list[Project]:
    """The projects that `viewer` may see and any of the recipes may be for."""
    projects = Project.objects.visible_to(viewer).order_by("name")
    return [each for each in projects if any(_takes_project(one, each.name) for one in recipes)]


def units_of(runs: Sequence[Run], recipes: Sequence[Recipe]) -> Iterator[tuple[Run, Unit]]:
    """What in each run any of the recipes may make links for, by names alone."""
    levels = {recipe.level for recipe in recipes} - {"project"}
    tasks = _actions(runs) if levels - {"run"} else {}
    for run in runs:
        if "run" in levels:
            yield run, Unit(run.project_id, run.pk)
        names = _names(run)
        taken = (
            pk
            for pk, task in tasks.get(run.pk, ())
            if any(one.selector.takes_names({**names, "task": task}) for one in recipes)
        )
        for _, pk in zip(range(MOST_UNITS_OF_RUN), taken, strict=False):
            yield run, Unit(run.project_id, run.pk, pk)


def _ids(sql: str, given: dict[str, Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return [row[0] for row in cursor.fetchall()]


def _actions(runs: Iterable[Run]) -> dict[int, list[tuple[int, str]]]:
    found: dict[int, list[tuple[int, str]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_ACTIONS, {"runs": [run.pk for run in runs], "most": MOST_ACTIONS})
        for run, pk, task in cursor.fetchall():
            found.setdefault(run, []).append((pk, task))
    return found


def _names(run: Run) -> dict[str, str]:
    workflow = run.workflow.name if run.workflow else ""
    return {"project": run.project.name, "domain": run.domain, "workflow": workflow}


def _may_take(recipes: Iterable[Recipe], run: Run) -> bool:
    names = _names(run)
    return any(
        _owned(recipe, run.project.name)
        and all(one.matches(names[one.name]) for one in recipe.selector.names if one.name in names)
        for recipe in recipes
    )


def _owned(recipe: Recipe, project: str) -> bool:
    return recipe.project in (None, project)


def _takes_project(recipe: Recipe, project: str) -> bool:
    return _owned(recipe, project) and recipe.selector.takes_project(project)


def _places(viewer: Viewer, recipes: Sequence[Recipe]) -> list[Places]:
    """Together they have every run that may match; the first has them all by itself."""
    projects = visible_projects(viewer, recipes)
    if all(_restricts(recipe.selector, "workflow") for recipe in recipes):
        return [_workflows(projects, recipes)]
    places = [_in_projects(projects)]
    if all(_restricts(recipe.selector, "domain") for recipe in recipes):
        # A domain may have none of the newest runs; its workflows have their own newest.
        places.append(_workflows(projects, recipes))
    return places


def _in_projects(projects: Sequence[Project]) -> Places:
    if len(projects) == Project.objects.count():
        return Places()
    ids = [project.pk for project in projects]
    return Places("project_id", ids[:MOST_PLACES], len(ids) > MOST_PLACES)


def _restricts(selector: Selector, *names: str) -> bool:
    return any(each.name in names for each in selector.names)


def _workflows(projects: Sequence[Project], recipes: Iterable[Recipe]) -> Places:
    rows = Workflow.objects.filter(project__in=projects, latest_run__isnull=False)
    found = [
        pk
        for pk, *names in rows.order_by("-latest_run__created_at").values_list(
            "pk", "project__name", "domain", "name"
        )
        if any(_takes_workflow(recipe, *names) for recipe in recipes)
    ]
    return Places("workflow_id", found[:MOST_PLACES], len(found) > MOST_PLACES)


def _takes_workflow(recipe: Recipe, project: str, domain: str, workflow: str) -> bool:
    names = {"project": project, "domain": domain, "workflow": workflow}
    restricting = (each for each in recipe.selector.names if each.name in names)
    return _owned(recipe, project) and all(each.matches(names[each.name]) for each in restricting)
