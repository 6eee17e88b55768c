"""What a token may see and write to. What it may not see is not there."""

from __future__ import annotations

from collections.abc import Collection

from django.core.exceptions import EmptyResultSet
from django.db import connection

from linkhub.accounts.models import ApiToken, Project
from linkhub.api.problems import forbidden, not_found
from linkhub.runs.models import Action, Run
from linkhub.runs.pending import Unit

UNIT = """
    SELECT r.project_id, r.id, a.id FROM accounts_project AS p
    JOIN runs_run AS r ON r.project_id = p.id JOIN runs_action AS a ON a.run_id = r.id
    WHERE p.name = %s AND r.domain = %s AND r.name = %s AND a.name = %s AND {}
"""


def check_may_record(token: ApiToken, project: str) -> None:
    """A project's token records in that project alone; looked at before the body is read.

    A person's token records where the person maintains; an admin's anywhere.
    """
    if token.project is not None and token.project.name != project:
        raise not_found()
    if token.owner is not None and not token.is_of_instance:
        maintained_or_404(token, project)


def project_to_record(token: ApiToken, name: str) -> Project:
    """The project to record in; the first write of an unscoped token makes it."""
    check_may_record(token, name)
    if token.is_of_instance:
        return Project.objects.get_or_create(name=name)[0]
    return token.project or Project.objects.get(name=name)


def projects_to_record(token: ApiToken, names: Collection[str]) -> dict[str, Project]:
    """By name, without those that the token may not record in; an unscoped token makes new ones."""
    if token.project is not None and token.owner is None:
        return {name: token.project for name in names if name == token.project.name}
    stored = Project.objects.maintained_by(token).filter(name__in=names)
    found = {project.name: project for project in stored}
    if token.is_of_instance and (new := sorted(set(names) - found.keys())):
        Project.objects.bulk_create([Project(name=name) for name in new], ignore_conflicts=True)
        found |= {project.name: project for project in Project.objects.filter(name__in=new)}
    return found


def maintained_or_404(token: ApiToken, name: str) -> Project:
    """A project whose definitions the token may change; 403 where it may only see it."""
    project = project_or_404(token, name)
    if token.owner is not None and not project.is_maintained_by(token):
        raise forbidden("This needs a maintainer of the project.")
    return project


def project_or_404(token: ApiToken, name: str) -> Project:
    project = Project.objects.visible_to(token).filter(name=name).first()
    if project is None:
        raise not_found()
    return project


def run_or_404(token: ApiToken, project: str, domain: str, name: str) -> Run:
    visible = Run.objects.visible_to(token).select_related("project", "workflow")
    run = visible.filter(project__name=project, domain=domain, name=name).first()
    if run is None:
        raise not_found()
    return run


def action_or_404(token: ApiToken, project: str, domain: str, run: str, name: str) -> Action:
    actions = Action.objects.select_related("task", "run__project", "run__workflow")
    action = actions.filter(
        run__in=Run.objects.visible_to(token).filter(
            project__name=project, domain=domain, name=run
        ),
        name=name,
    ).first()
    if action is None:
        raise not_found()
    return action


def unit_or_404(token: ApiToken, project: str, domain: str, run: str, name: str) -> Unit:
    """The ids of an action alone, where its names are all that is told of it.

    In SQL: to make a query of models takes several times as long as to answer it.
    """
    visible, given = "true", ()
    if not token.is_of_instance:
        try:
            query, given = Project.objects.visible_to(token).values("pk").query.sql_with_params()
        except EmptyResultSet:
            raise not_found() from None
        visible = f"p.id IN ({query})"
    with connection.cursor() as cursor:
        cursor.execute(UNIT.format(visible), [project, domain, run, name, *given])
        found = cursor.fetchone()
    if found is None:
        raise not_found()
    return Unit(*found)
