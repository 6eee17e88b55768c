"""Rows for tests: plain functions with fixed values; what a test is about, it passes itself.

They store rows as they are: nothing is marked as pending, no rule of recording applies.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from linkhub.accounts.models import ApiToken, Membership, Project, User
from linkhub.accounts.tokens import create_token
from linkhub.links.models import Link, LinkDefinition, Resolved, Tool
from linkhub.runs.changes import next_change
from linkhub.runs.models import (
    Action,
    AttachedLink,
    Attempt,
    Pending,
    Pod,
    Run,
    Task,
    Workflow,
)
from linkhub.runs.pending import Unit, mark

CREATED = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
STARTED = CREATED + timedelta(seconds=1)
ENDED = CREATED + timedelta(minutes=10)
PASSWORD = "correct horse battery staple"


def make_user(username: str = "ana", **fields: Any) -> User:
    return User.objects.create_user(username, password=PASSWORD, **fields)


def make_admin(username: str = "root", **fields: Any) -> User:
    return User.objects.create_superuser(username, password=PASSWORD, **fields)


def make_project(name: str = "flytesnacks", **fields: Any) -> Project:
    return Project.objects.get_or_create(name=name, defaults=fields)[0]


def make_private_project(name: str = "secret", **fields: Any) -> Project:
    return make_project(name, visibility=Project.Visibility.PRIVATE, **fields)


def make_member(
    project: Project, user: User, role: Membership.Role = Membership.Role.VIEWER
) -> Membership:
    return Membership.objects.create(project=project, user=user, role=role)


def make_token(
    *abilities: str, project: Project | None = None, name: str = "ci"
) -> tuple[ApiToken, str]:
    """The token and its secret; all abilities where none is named."""
    return create_token(
        name=name, abilities=abilities or ("ingest", "read", "manage"), project=project
    )


def make_workflow(
    project: Project | None = None, name: str = "train_pipeline", domain: str = "development"
) -> Workflow:
    project = project or make_project()
    return Workflow.objects.get_or_create(project=project, domain=domain, name=name)[0]


def make_run(
    name: str = "r7",
    *,
    project: Project | None = None,
    domain: str = "development",
    workflow: str = "train_pipeline",
    **fields: Any,
) -> Run:
    """A running run; the latest of its workflow unless a newer one is there."""
    project = project or make_project()
    row = make_workflow(project, workflow, domain) if workflow else None
    values = {"phase": "running", "created_at": CREATED, "started_at": STARTED, "version": "v3"}
    run = Run.objects.create(
        project=project, domain=domain, name=name, workflow=row, **(values | fields)
    )
    if row is not None:
        row.latest_run = row.runs.order_by("-created_at", "-id").first()
        row.save(update_fields=["latest_run"])
    return run


def make_task(
    project: Project | None = None,
    name: str = "train_model",
    version: str = "v3",
    **fields: Any,
) -> Task:
    project = project or make_project()
    return Task.objects.get_or_create(project=project, name=name, version=version, defaults=fields)[
        0
    ]


def make_action(
    run: Run | None = None,
    name: str = "a0",
    *,
    parent: str = "",
    task: str | Task = "train_model",
    **fields: Any,
) -> Action:
    run = run or make_run()
    if isinstance(task, str):
        task = make_task(run.project, task, run.version)
    values = {"phase": "running", "started_at": STARTED, "task_type": "python"}
    return Action.objects.create(run=run, name=name, parent=parent, task=task, **(values | fields))


def make_attempt(action: Action | None = None, number: int = 1, **fields: Any) -> Attempt:
    action = action or make_action()
    generated_name = f"{action.run.name}-{action.name}-{number - 1}"
    values = {"phase": "running", "started_at": STARTED, "generated_name": generated_name}
    return Attempt.objects.create(action=action, number=number, **(values | fields))


def make_pod(attempt: Attempt | None = None, name: str = "", **fields: Any) -> Pod:
    attempt = attempt or make_attempt()
    values = {"namespace": "ml-dev", "container": "main", "primary": True, "started_at": STARTED}
    return Pod.objects.create(
        attempt=attempt, name=name or attempt.generated_name, **(values | fields)
    )


def make_attached(
    run: Run, action: Action | None = None, key: str = "notes", **fields: Any
) -> AttachedLink:
    body = {"name": "Notes", "url": "https://wiki.example.com/runs/{{.runName}}"}
    values = {"layer": AttachedLink.Layer.OVERRIDE, "stamp": 1, "body": body}
    return AttachedLink.objects.create(run=run, action=action, key=key, **(values | fields))


def make_tool(name: str = "grafana", kind: str = "grafana", **fields: Any) -> Tool:
    values = {"base_url": f"https://{name}.example.com", "change": next_change(wide=True)}
    return Tool.objects.create(name=name, kind=kind, **(values | fields))


def make_definition(key: str = "dashboard", **fields: Any) -> LinkDefinition:
    """A definition of the instance's, of level action, at the next change value."""
    values: dict[str, Any] = {"name": key.replace("-", " ").title(), "change": next_change()}
    if "provider" not in fields:
        values["template"] = f"https://tools.example.com/{key}/{{{{.runName}}}}"
    return LinkDefinition.objects.create(key=key, **(values | fields))


def make_link(run: Run | None, action: Action | None = None, **fields: Any) -> Link:
    """A stored ready link, as a worker would have written it."""
    values: dict[str, Any] = {
        "project": run.project if run else None,
        "run_created": run.created_at if run else None,
        "key": "dashboard",
        "name": "Dashboard",
        "level": "action" if action else "run" if run else "project",
        "url": "https://tools.example.com/dashboard/r7",
        "host_origin": "admin",
        "state": "ready",
        "origin": "instance",
        "link_type": "external",
        "digest": b"\0" * 16,
    }
    return Link.objects.create(run=run, action=action, **(values | fields))


def make_resolved(unit: Unit, change: int = 0) -> Resolved:
    return Resolved.objects.create(
        project_id=unit.project_id, run_id=unit.run_id, action_id=unit.action_id, change=change
    )


def make_pending(unit: Unit, **fields: Any) -> Pending:
    """The unit marked as a recorder would, then changed as `fields` say."""
    lane = fields.pop("lane", Pending.Lane.MAIN)
    mark([unit], lane=lane)
    rows = Pending.objects.filter(
        project=unit.project_id, run=unit.run_id, action=unit.action_id, lane=lane
    )
    if fields:
        rows.update(**fields)
    return rows.get()


def unit_of(subject: Project | Run | Action) -> Unit:
    match subject:
        case Project():
            return Unit(subject.pk)
        case Run():
            return Unit(subject.project_id, subject.pk)
        case Action():
            return Unit(subject.run.project_id, subject.run_id, subject.pk)
