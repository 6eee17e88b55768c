"""Finding: from a name, a pod or a pasted URL to the run behind it. Exact, by indexes only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from math import inf
from urllib.parse import urlsplit

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from linkhub.accounts.models import Project
from linkhub.lib.url_form import url_digest
from linkhub.links.models import Link
from linkhub.pages import addresses
from linkhub.pages.access import signed_in
from linkhub.pages.phases import ShownPhase, shown_phase
from linkhub.pages.rendering import page
from linkhub.pages.requests import Request
from linkhub.runs.models import Action, Pod, Run, Workflow

MOST = 20
LONGEST = 8000


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found; `kind` says what, `where` in which project, domain and run."""

    kind: str
    name: str
    href: str
    where: str
    phase: ShownPhase | None = None
    created_at: datetime | None = None


@require_safe
@signed_in
def find(request: Request) -> HttpResponse:
    """`?q=` lists what is found; with `go=1`, as search boxes send it, a single hit is opened."""
    query = request.GET.get("q", "").strip()[:LONGEST].replace("\0", "")
    hits = _hits(request, query) if query else []
    if len(hits) == 1 and request.GET.get("go"):
        return redirect(hits[0].href)
    return page(request, "find.html", {"query": query, "hits": hits, "now": timezone.now()})


def _hits(request: Request, query: str) -> list[Hit]:
    searches: tuple[Callable[[Request, str], Iterable[Hit]], ...]
    searches = (_runs, _pods, _workflows, _actions, _projects)
    if host_or_none(query):
        searches = (_urls,)
    hits: dict[str, Hit] = {}
    for search in searches:
        for hit in search(request, query):
            hits.setdefault(hit.href, hit)
    return sorted(hits.values(), key=_age)


def _age(hit: Hit) -> float:
    """Newest first; what has no time, such as a workflow, before all others."""
    return -hit.created_at.timestamp() if hit.created_at else -inf


def host_or_none(text: str) -> str | None:
    """The host of what looks like an absolute URL."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return parts.netloc if parts.scheme else None


def _runs(request: Request, name: str) -> Iterator[Hit]:
    runs = Run.objects.visible_to(request.user).filter(name=name).select_related("project")
    for run in runs.order_by("-created_at")[:MOST]:
        yield _run_hit("run", run.name, run)


def _actions(request: Request, name: str) -> Iterator[Hit]:
    # By id, not by the run's time: a name such as a0 is in every run, and this stops early.
    actions = Action.objects.filter(name=name, run__in=Run.objects.visible_to(request.user))
    for action in actions.select_related("run__project").order_by("-pk")[:MOST]:
        yield _action_hit("action", action.name, action)


def _pods(request: Request, name: str) -> Iterator[Hit]:
    visible = Project.objects.visible_to(request.user)
    pods = Pod.objects.filter(
        Q(name=name) | Q(uid=name) & ~Q(uid=""), attempt__action__run__project__in=visible
    )
    for pod in pods.select_related("attempt__action__run__project").order_by("-pk")[:MOST]:
        yield _action_hit("pod", pod.name, pod.attempt.action)


def _workflows(request: Request, name: str) -> Iterator[Hit]:
    visible = Project.objects.visible_to(request.user)
    workflows = Workflow.objects.filter(name=name, project__in=visible).select_related("project")
    for workflow in workflows.order_by("project__name")[:MOST]:
        project = workflow.project.name
        yield Hit("workflow", name, addresses.of_workflow(project, name), project)


def _projects(request: Request, name: str) -> Iterator[Hit]:
    for project in Project.objects.visible_to(request.user).filter(name=name):
        yield Hit("project", project.name, addresses.of_project(project.name), str(project))


def _urls(request: Request, url: str) -> Iterator[Hit]:
    links = Link.objects.visible_to(request.user).filter(url_digest=url_digest(url))
    for link in links.select_related("project", "run__project", "action")[:MOST]:
        if link.action is not None and link.run is not None:
            link.action.run = link.run
            yield _action_hit(f"link {link.name}", link.action.name, link.action)
        elif link.run is not None:
            yield _run_hit(f"link {link.name}", link.run.name, link.run)
        else:
            name = link.project.name
            yield Hit(f"link {link.name}", name, addresses.of_project(name), name)


def _run_hit(kind: str, name: str, run: Run) -> Hit:
    where = f"{run.project.name} / {run.domain}"
    return Hit(kind, name, addresses.of_run(run), where, shown_phase(run.phase), run.created_at)


def _action_hit(kind: str, name: str, action: Action) -> Hit:
    run = action.run
    where = f"{run.project.name} / {run.domain} / {run.name}"
    href = addresses.of_action(run, action.name)
    return Hit(kind, name, href, where, shown_phase(action.phase), run.created_at)
