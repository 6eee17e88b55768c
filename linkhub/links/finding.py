"""Finding: from a name, a pod or a pasted URL to the run behind it. Exact, by indexes only.

A URL is looked up in its normal form among the stored links, else read by the providers: what
went into it, such as a pod's name, is then looked up. Every search starts from what the viewer
may see, and gives but a few.

A name such as `a0` is in every run, and one dashboard may be every run's link: of so many, the
first that an index gives are looked at, and those of the newest runs that the viewer may see. So
no search walks over what others ran.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final, TypeAlias, TypeVar
from urllib.parse import urlsplit

from django.db.models import Model, Q, QuerySet
from django.urls import reverse

from linkhub.accounts.models import ApiToken, Project, User
from linkhub.lib.names import check_name
from linkhub.lib.url_form import url_digest
from linkhub.links import providers
from linkhub.links.models import Link
from linkhub.runs.models import Action, Pod, Run, Workflow

MOST = 20
# Of actions and links of one name or URL, so many are looked at; and those of so many new runs.
MOST_ALIKE = 200
NEWEST_RUNS = 100
# Readings of one URL that are looked up.
MOST_READINGS = 10

_OF_ACTION: Final = ("run__project", "run__workflow")
_OF_LINK: Final = ("project", "run__project", "run__workflow", "action", "attempt", "pod")

Viewer: TypeAlias = User | ApiToken
M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found, by its natural key: a project, workflow, run or action.

    `kind` says what the query was the name of: `project`, `workflow`, `run`, `action`, `pod`, or
    `link`, for a URL. `name` is the found thing's own; of a link, its label. What has no time,
    such as a workflow, has no `created_at`.
    """

    kind: str
    name: str
    project: str
    project_title: str
    domain: str | None = None
    run: str | None = None
    action: str | None = None
    attempt: int | None = None
    pod: str | None = None
    workflow: str | None = None
    key: str | None = None
    phase: str | None = None
    created_at: datetime | None = None

    @property
    def page(self) -> str:
        """The address of its page."""
        if self.action is not None:
            return reverse("action", args=[self.project, self.domain, self.run, self.action])
        if self.run is not None:
            return reverse("run", args=[self.project, self.domain, self.run])
        if self.workflow is not None:
            return reverse("workflow", args=[self.project, self.workflow])
        return reverse("project", args=[self.project])


class _Sight:
    """What a viewer may see: projects by id (None: all there are), and the newest runs in them."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer
        self.projects = None if _sees_all(viewer) else visible_ids(viewer)

    def of(self, path: str) -> Q:
        """That the project at `path` may be seen."""
        return Q() if self.projects is None else Q(**{f"{path}__in": self.projects})

    @cached_property
    def newest_runs(self) -> list[int]:
        runs = Run.objects.filter(self.of("project")).order_by("-created_at")
        return list(runs.values_list("pk", flat=True)[:NEWEST_RUNS])


def visible_ids(viewer: Viewer) -> list[int]:
    """The projects that the viewer may see, by id: a planner knows how much is in each."""
    return list(Project.objects.visible_to(viewer).values_list("pk", flat=True))


def _sees_all(viewer: Viewer) -> bool:
    if isinstance(viewer, ApiToken):
        return viewer.is_of_instance
    return viewer.is_superuser and viewer.is_active


def find(viewer: Viewer, query: str) -> list[Hit]:
    """Everything of that name or URL, the newest first, what has no time before it."""
    text = query.strip()
    hits: list[Hit] = []
    sight = _Sight(viewer)
    # A name may look like a URL: `s3://bucket/key`.
    if check_name(text) is None:
        searches = (_runs, _pods, _workflows, _actions, _projects)
        hits += [hit for search in searches for hit in search(sight, text)]
    if host_of(text):
        hits += [*_links(sight, text)] or [*_read(sight, text)]
    return sorted(hits, key=_newest_first)


def host_of(text: str) -> str | None:
    """The host of what looks like an absolute URL."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return parts.netloc if parts.scheme else None


def _newest_first(hit: Hit) -> tuple[bool, float]:
    return hit.created_at is not None, -hit.created_at.timestamp() if hit.created_at else 0.0


def _runs(sight: _Sight, *names: str) -> Iterator[Hit]:
    runs = Run.objects.filter(sight.of("project"), name__in=names)
    for run in runs.select_related("project", "workflow").order_by("-created_at")[:MOST]:
        yield run_hit("run", run.name, run)


def _actions(sight: _Sight, name: str) -> Iterator[Hit]:
    actions = Action.objects.filter(sight.of("run__project"), name=name)
    for action in _alike(sight, actions, Action.objects.filter(name=name), _OF_ACTION):
        yield _action_hit("action", action.name, action)


def _pods(sight: _Sight, name: str) -> Iterator[Hit]:
    return _pods_where(sight, Q(name=name) | Q(uid=name) & ~Q(uid=""))


def _pods_where(sight: _Sight, condition: Q) -> Iterator[Hit]:
    pods = Pod.objects.filter(condition, sight.of("attempt__action__run__project"))
    related = pods.select_related("attempt__action__run__project", "attempt__action__run__workflow")
    for pod in related.order_by("-pk")[:MOST]:
        attempt = pod.attempt
        yield _action_hit("pod", pod.name, attempt.action, attempt=attempt.number, pod=pod.name)


def _workflows(sight: _Sight, name: str) -> Iterator[Hit]:
    workflows = Workflow.objects.filter(sight.of("project"), name=name).select_related("project")
    for row in workflows.order_by("project__name", "domain")[:MOST]:
        yield Hit("workflow", name, row.project.name, str(row.project), row.domain, workflow=name)


def _projects(sight: _Sight, name: str) -> Iterator[Hit]:
    for project in Project.objects.filter(sight.of("pk"), name=name):
        yield Hit("project", project.name, project.name, str(project))


def _links(sight: _Sight, url: str) -> Iterator[Hit]:
    """The stored links that lead there."""
    alike = Link.objects.filter(url_digest=url_digest(url))
    for link in _alike(sight, alike.filter(sight.of("project")), alike, _OF_LINK):
        if link.run is None:
            name, title = link.project.name, str(link.project)
            yield Hit("link", link.name, name, title, key=link.key)
        elif link.action is None:
            yield run_hit("link", link.name, link.run, key=link.key)
        else:
            link.action.run = link.run
            yield _action_hit(
                "link",
                link.name,
                link.action,
                key=link.key,
                attempt=link.attempt.number if link.attempt else None,
                pod=link.pod.name if link.pod else None,
            )


def _alike(
    sight: _Sight, visible: QuerySet[M, M], alike: QuerySet[M, M], related: tuple[str, ...]
) -> list[M]:
    """A few of those `visible`: among the first `alike`, and of the newest runs."""
    # By their keys, read beforehand: a planner would rather join a million than look up a few.
    first = alike.order_by().values_list("pk", flat=True)[:MOST_ALIKE]
    # With a key that nothing has: of none at all Django would ask nothing, and so tell by the
    # number of its queries whether there is something hidden.
    found = visible.filter(pk__in=[0, *first]).select_related(*related).order_by("-pk")[:MOST]
    newest = visible.filter(run__in=sight.newest_runs).select_related(*related).order_by("-pk")
    rows = {row.pk: row for row in (*found, *newest[:MOST])}
    return [rows[pk] for pk in sorted(rows, reverse=True)][:MOST]


def _read(sight: _Sight, url: str) -> Iterator[Hit]:
    """What the providers read out of a URL that is no stored link's."""
    found = [each for each in (one.identify(url) for one in providers.all()) if each]
    steps = {step for each in found for step in each.runs[:MOST_READINGS]}
    runs = {each.parts["run"] for each in found if "run" in each.parts}
    pods = {each.parts["pod"] for each in found if "pod" in each.parts}
    if steps:
        yield from _steps(sight, steps)
    if runs:
        yield from _runs(sight, *runs)
    if pods:
        yield from _pods_where(sight, Q(name__in=pods))


def _steps(sight: _Sight, steps: set[tuple[str, str]]) -> Iterator[Hit]:
    """Actions by the names of run and action. By run first: few runs have the same name."""
    named = Run.objects.filter(sight.of("project"), name__in={run for run, _ in steps})
    runs = list(named.order_by().values_list("pk", flat=True)[:MOST_ALIKE])
    actions = Action.objects.filter(run__in=runs, name__in={action for _, action in steps})
    related = actions.select_related("run__project", "run__workflow")
    found = list(related.order_by("-pk")[: MOST * MOST_READINGS])
    for row in [row for row in found if (row.run.name, row.name) in steps][:MOST]:
        yield _action_hit("action", row.name, row)


def run_hit(kind: str, name: str, run: Run, *, key: str | None = None) -> Hit:
    return Hit(
        kind,
        name,
        run.project.name,
        str(run.project),
        run.domain,
        run.name,
        workflow=run.workflow.name if run.workflow else None,
        key=key,
        phase=run.phase,
        created_at=run.created_at,
    )


def _action_hit(
    kind: str,
    name: str,
    action: Action,
    *,
    key: str | None = None,
    attempt: int | None = None,
    pod: str | None = None,
) -> Hit:
    run = action.run
    return Hit(
        kind,
        name,
        run.project.name,
        str(run.project),
        run.domain,
        run.name,
        action.name,
        attempt,
        pod,
        run.workflow.name if run.workflow else None,
        key,
        action.phase,
        run.created_at,
    )
