"""Explaining a definition on a run, in the admin: who edits it sees why it is there or not."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.db.models import QuerySet
from django.http import Http404
from django.urls import Resolver404, resolve
from django.utils import timezone

from linkhub.accounts.models import Project, User
from linkhub.lib.storable import make_storable
from linkhub.links.explained import Explained, explained
from linkhub.links.explaining import explain_action, explain_project, explain_run
from linkhub.links.load import root_actions
from linkhub.runs.models import Action, Run

NAMES = ("project", "domain", "run", "action")


def explain_on(user: User, on: str, key: str) -> list[tuple[str, Explained]]:
    """Why there is a link of `key`, or none, on what `on` names and on a run's root action.

    `on` is the address of a page, or `project/domain/run/action` as far as is wanted. Raises
    Http404 with a sentence.
    """
    names = named_by(on)
    projects = Project.objects.visible_to(user).filter(name=names.get("project", ""))
    return [(name, found) for name, found in _explained(projects, names, key) if found.keys]


def named_by(on: str) -> dict[str, str]:
    """What the address of a page names, or `project/domain/run/action` as far as it is given."""
    try:
        path = urlsplit(make_storable(on.strip())).path
    except ValueError:
        return {}
    try:
        return dict(resolve(path if path.startswith("/") else f"/{path}").kwargs)
    except Resolver404:
        return dict(zip(NAMES, path.strip("/").split("/"), strict=False))


def _explained(
    projects: QuerySet[Project], names: dict[str, str], key: str
) -> Iterator[tuple[str, Explained]]:
    now, project = timezone.now(), projects.first()
    if project is None:
        raise Http404("There is no such project, or you may not see it.")
    yield project.name, explained(explain_project(project, now=now, key=key), key)
    if "run" not in names:
        return
    runs = Run.objects.filter(project=project, domain=names["domain"], name=names["run"])
    run = runs.select_related("project").first()
    if run is None:
        raise Http404("There is no such run.")
    yield run.name, explained(explain_run(run, now=now, key=key), key)
    action = _action(run, names.get("action", ""))
    if action is not None:
        found = explained(explain_action(action, now=now, key=key), key)
        yield f"{run.name} / {action.name}", found


def _action(run: Run, name: str) -> Action | None:
    """The one named, else the root."""
    actions = Action.objects.filter(run=run).select_related("run")
    if name:
        found = actions.filter(name=name).first()
        if found is None:
            raise Http404("There is no such action.")
        return found
    root = root_actions([run.pk]).get(run.pk)
    return actions.filter(pk=root[0]).first() if root else None
