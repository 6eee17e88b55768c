"""What a viewer may mean by the beginning of a name: projects, workflows and runs.

Only rows of projects that the viewer may see are touched, so that what is hidden costs nothing
and shows nothing, not even by the time that an answer takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from django.db import connection
from django.db.models import Case, Model, Q, QuerySet, Value, When

from linkhub.accounts.models import Project
from linkhub.links.finding import Hit, Viewer, find, run_hit, visible_ids
from linkhub.runs.models import Run, Workflow

MOST = 12
OF_A_KIND = 6
# A run's name is looked for in so many projects, the newest; the whole name in all of them.
MOST_PROJECTS = 500
SHORTEST = 2

# Project by project, each in the order of `run_by_project_name`: of one query over all of them, a
# planner may hope to meet a few on its way through the table.
RUNS_LIKE = """
SELECT run.id
FROM unnest(%s::bigint[]) AS project (id)
CROSS JOIN LATERAL (
  SELECT id FROM runs_run
  WHERE project_id = project.id AND name LIKE %s
  ORDER BY name USING ~<~ LIMIT %s
) AS run
LIMIT %s
"""

M = TypeVar("M", bound=Model)


def suggest(viewer: Viewer, text: str) -> list[Hit]:
    """What has exactly this name or URL, then what it may be the beginning of; a few of each."""
    text = text.strip()
    if not text:
        return []
    ids = visible_ids(viewer)
    near = [*projects_like(ids, text), *workflows_like(ids, text), *runs_like(ids, text)]
    pages: dict[str, Hit] = {}
    for hit in [*find(viewer, text)[:MOST], *near]:
        pages.setdefault(hit.page, hit)
    return list(pages.values())[:MOST]


def projects_like(ids: Sequence[int], text: str) -> Iterator[Hit]:
    """Projects with this in their name or title, in any case; what begins with it first."""
    named = Q(name__icontains=text) | Q(title__icontains=text)
    for project in _begun(Project.objects.filter(named, pk__in=ids), text):
        yield Hit("project", project.name, project.name, str(project))


def workflows_like(ids: Sequence[int], text: str) -> Iterator[Hit]:
    """Workflows with this in their name, in any case; of several domains each once."""
    rows = Workflow.objects.filter(project__in=ids, name__icontains=text)
    found: dict[tuple[int, str], Hit] = {}
    for row in _begun(rows.select_related("project"), text, of_a_kind=2 * OF_A_KIND):
        title = str(row.project)
        hit = Hit("workflow", row.name, row.project.name, title, row.domain, workflow=row.name)
        found.setdefault((row.project_id, row.name), hit)
    yield from list(found.values())[:OF_A_KIND]


def runs_like(ids: Sequence[int], text: str) -> list[Hit]:
    """Runs whose name begins so: the first few that an index gives, the newest of them first."""
    newest = sorted(ids, reverse=True)[:MOST_PROJECTS] if len(text) >= SHORTEST else []
    with connection.cursor() as cursor:
        pattern = f"{connection.ops.prep_for_like_query(text)}%"
        cursor.execute(RUNS_LIKE, [newest, pattern, OF_A_KIND, OF_A_KIND])
        found = [pk for (pk,) in cursor.fetchall()]
    runs = Run.objects.filter(pk__in=found).select_related("project", "workflow")
    return [run_hit("run", run.name, run) for run in runs.order_by("-created_at")]


def _begun(rows: QuerySet[M, M], text: str, *, of_a_kind: int = OF_A_KIND) -> QuerySet[M, M]:
    """A few rows by name, those first whose name begins with the text."""
    begins = Case(When(name__istartswith=text, then=Value(0)), default=Value(1))
    return rows.order_by(begins, "name", "pk")[:of_a_kind]
