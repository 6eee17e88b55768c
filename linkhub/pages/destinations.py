"""Which link a `/go` address means."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeVar

from django.db.models import F
from django.http import Http404
from django.utils import timezone

from linkhub.accounts.models import Project
from linkhub.lib.phases import FAILURE, SUCCESS
from linkhub.lib.visible import plain
from linkhub.links.direct import Address, Asked, addresses_of
from linkhub.links.models import Level, Link, LinkDefinition
from linkhub.links.read import ShownLink
from linkhub.pages.access import NotThereYet, action_or_404, project_or_404, run_or_404
from linkhub.pages.requests import Request
from linkhub.runs.models import Action, Run, Workflow

LATEST: Final[dict[str, frozenset[str] | None]] = {
    "latest": None,
    "latest-succeeded": SUCCESS,
    "latest-failed": FAILURE,
}
L = TypeVar("L", ShownLink, Address)
DEPTH = {level: depth for depth, level in enumerate(Level.values)}


def straight_to(request: Request, project: str, key: str) -> Address | None:
    """The address of the project's ready link, where the store alone tells; None is no answer.

    None too where the viewer asks to see the link.
    """
    return _straight_to(request, Asked(project, key))


def straight_to_run(
    request: Request, project: str, domain: str, run: str, key: str, action: str | None = None
) -> Address | None:
    """As above for a link of the run, or of its action."""
    if run in LATEST:
        workflow, phases = request.GET.get("workflow") or None, LATEST[run]
        return _straight_to(request, Asked(project, key, domain, None, action, workflow, phases))
    return _straight_to(request, Asked(project, key, domain, run, action))


def _straight_to(request: Request, asked: Asked) -> Address | None:
    found = addresses_of(asked, request.user, now=timezone.now())
    query = request.GET
    return choose(found, asked.key, attempt=query.get("attempt"), pod=query.get("pod"))


def find_run(request: Request, project: str, domain: str, name: str) -> Run:
    """The run of this name, or the newest that one of the `latest` words means."""
    if name not in LATEST:
        return run_or_404(request, project, domain, name)
    runs = Run.objects.filter(project=project_or_404(request, project), domain=domain)
    if workflow := request.GET.get("workflow"):
        # By its id: a join would look for it among all the project's runs.
        known = Workflow.objects.filter(project__name=project, domain=domain, name=workflow)
        runs = runs.filter(workflow__in=list(known.values_list("pk", flat=True)))
    if (phases := LATEST[name]) is not None:
        runs = runs.filter(phase__in=phases)
    newest = runs.select_related("project", "workflow").order_by("-created_at", "-pk").first()
    if newest is None:
        raise NotThereYet(f"the {name.replace('-', ' ')} run")
    return newest


def find_action(run: Run, name: str) -> Action:
    """The action of this name, else the newest action of the task of this name."""
    if run.actions.filter(name=name).exists():
        return action_or_404(run, name)
    of_task = run.actions.select_related("task").filter(task__name=name)
    newest = of_task.order_by(F("started_at").desc(nulls_last=True), "-pk").first()
    if newest is None:
        raise NotThereYet(f"action {plain(name)} of run {plain(run.name)}")
    return newest


def choose(links: Iterable[L], key: str, *, attempt: str | None, pod: str | None) -> L | None:
    """Of several with the key: newest attempt, deepest level; `links` have primary pods first."""
    mine = [
        link
        for link in links
        if link.key == key
        and (attempt is None or str(link.attempt) == attempt)
        and (pod is None or link.pod == pod)
    ]
    return min(mine, key=lambda link: (-(link.attempt or 0), -DEPTH[link.level]), default=None)


def known_or_404(project: Project, key: str) -> None:
    """A key that no definition of use here has, and no link of the project, is not there."""
    own = LinkDefinition.objects.alive().filter(key=key)
    if own.filter(project=None).exists() or own.filter(project=project).exists():
        return
    if not Link.objects.filter(project=project, key=key).exists():
        raise Http404(f"There is no link with the key {key}.")
