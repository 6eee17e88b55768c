"""The filters of lists, the same for pages, the API and saved views.

Every one may be given several times: values of one are alternatives, labels hold together. What
is asked of links (`tool`, `state`, `key`, and beside them `task`) holds for one same link. They
are looked for as they are stored, which indexes serve; `linkhub/links/listing.py` tells how much
is still to come.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeVar, get_args

from django.db.models import Exists, OuterRef, Q
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)

from linkhub.accounts.by_viewer import ByViewer
from linkhub.accounts.models import ApiToken, Project, User
from linkhub.links.models import Link, LinkQuerySet, State, Tool
from linkhub.runs.documents import Name
from linkhub.runs.models import Action, Run, RunQuerySet, Workflow
from linkhub.runs.phases import Phase
from linkhub.runs.scalars import MOMENT_SCHEMA, Key, Moment

# The tool of links whose host is no tool's.
CUSTOM = "custom"
MAX_VALUES = 50

PhaseName = Literal[
    "queued",
    "waiting_for_resources",
    "initializing",
    "running",
    "paused",
    "succeeded",
    "failed",
    "aborted",
    "timed_out",
    "recovered",
]
StateName = Literal["hidden", "expired", "waiting", "missing", "failed", "blocked", "ready"]
OrderName = Literal["-created", "-ended"]
assert set(get_args(PhaseName)) == set(Phase.values)
assert set(get_args(StateName)) == set(State.values)


def _instant(given: Any) -> Any:
    """A time as RFC 3339 has it; a day alone begins at midnight in UTC.

    A `+` that was not percent-encoded has become a blank on its way.
    """
    if not isinstance(given, str):
        return given
    if len(given) not in (10, *range(20, 36)) or not given[:4].isdigit():
        raise ValueError("must be a time such as 2026-01-05T10:00:00Z, or a day")
    try:
        found = datetime.fromisoformat(
            given.upper().replace(" ", "+") if len(given) > 10 else given
        )
    except ValueError as error:
        raise ValueError("must be a time such as 2026-01-05T10:00:00Z, or a day") from error
    return found.replace(tzinfo=UTC) if len(given) == 10 else found


Instant = Annotated[
    Moment,
    BeforeValidator(_instant),
    WithJsonSchema(MOMENT_SCHEMA),
]
Label = Annotated[str, StringConstraints(pattern=r"^[^=\x00]{1,255}=[^\x00]*$", max_length=10_300)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00]*$")]


T = TypeVar("T")
Several = Annotated[list[T], Field(max_length=MAX_VALUES)]


class Filters(BaseModel):
    """What a list is narrowed to; without values, to nothing."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    project: Several[Name] = []
    """Runs of this project."""
    domain: Several[Name] = []
    """Runs of this domain."""
    workflow: Several[Name] = []
    """Runs of this workflow."""
    task: Several[Name] = []
    """With an action of this task; beside `tool`, `state` or `key`, of the link's own action."""
    tool: Several[Name] = []
    """With a link of this tool; `custom` for links of none."""
    phase: Several[PhaseName] = []
    """Runs in this phase."""
    user: Several[Words] = []
    """Launched by this user."""
    label: Several[Label] = []
    """With this label, as `k=v`; several hold together."""
    state: Several[StateName] = []
    """With a link in this state."""
    key: Several[Key] = []
    """With a link of this key."""
    since: Several[Instant] = []
    """Created then or later: a time, or a day, which begins at midnight in UTC."""
    until: Several[Instant] = []
    """Created earlier."""
    q: Several[Words] = []
    """With this in the name of the run or of its workflow, in any case."""

    @property
    def given(self) -> set[str]:
        """The names of those that narrow."""
        return {name for name in type(self).model_fields if getattr(self, name)}

    def only(self, names: Collection[str]) -> Filters:
        """Those of these names alone."""
        return Filters.model_construct(**{name: getattr(self, name) for name in names})

    @property
    def of_links(self) -> bool:
        """Whether stored links decide what is found."""
        return bool(self.tool or self.state or self.key)


def matching_runs(viewer: User | ApiToken, filters: Filters) -> RunQuerySet:
    """The runs that `viewer` may see and that the filters let through."""
    conditions = _Conditions(viewer, filters)
    runs = Run.objects.filter(conditions.of_project(), conditions.of_run(""))
    runs = runs.filter(_between("created_at", filters))
    if filters.of_links:
        links = Link.objects.filter(conditions.of_link(), run=OuterRef("pk"))
        return runs.filter(Exists(links))
    if filters.task:
        tasks = Action.objects.filter(run=OuterRef("pk"), task__name__in=filters.task)
        return runs.filter(Exists(tasks))
    return runs


def matching_links(viewer: User | ApiToken, filters: Filters) -> LinkQuerySet:
    """The stored links of what `viewer` may see that the filters let through.

    Links of a project's own level have no run, so a filter of runs leaves them out.
    """
    conditions = _Conditions(viewer, filters)
    links = Link.objects.filter(conditions.of_project(), conditions.of_run("run__"))
    return links.filter(conditions.of_link(), _between("run_created", filters))


def visible_projects(viewer: User | ApiToken, filters: Filters) -> Iterable[int] | None:
    """The ids of the projects that are looked at; None where they are all that there are."""
    if filters.project and isinstance(viewer, User):
        return [pk for (pk,) in _NAMED.rows(viewer, names=filters.project)]
    projects = Project.objects.visible_to(viewer)
    if filters.project:
        return list(projects.filter(name__in=filters.project).values_list("pk", flat=True))
    if isinstance(viewer, ApiToken) and viewer.owner is None:
        return None if viewer.project_id is None else [viewer.project_id]
    sees_all = viewer.is_of_instance if isinstance(viewer, ApiToken) else viewer.is_superuser
    return None if sees_all else projects.values_list("pk", flat=True)


_NAMED = ByViewer(
    lambda visible, names: visible.filter(name__any_of=names).values_list("pk"), names=list
)


class _Conditions:
    """The filters as conditions of queries; names are looked up once."""

    def __init__(self, viewer: User | ApiToken, filters: Filters) -> None:
        self.filters = filters
        self.projects = visible_projects(viewer, filters)

    def of_project(self) -> Q:
        return Q() if self.projects is None else Q(project__in=self.projects)

    def of_run(self, prefix: str) -> Q:
        """Of a run's own columns; times are on a column of their own."""
        filters = self.filters
        found = Q()
        if filters.domain:
            found &= Q(**{f"{prefix}domain__in": filters.domain})
        if filters.workflow:
            found &= Q(**{f"{prefix}workflow__in": self._workflows()})
        if filters.phase:
            found &= _in_phase(f"{prefix}phase", filters.phase)
        if filters.user:
            found &= Q(**{f"{prefix}launched_by__in": filters.user})
        for label in filters.label:
            key, _, value = label.partition("=")
            found &= Q(**{f"{prefix}labels__contains": {key: value}})
        if filters.q:
            found &= _with_words(prefix, filters.q)
        return found

    def of_link(self) -> Q:
        """Of one link, and of the action that it is for."""
        filters = self.filters
        found = Q()
        if filters.state:
            found &= Q(state__in=filters.state)
        if filters.key:
            found &= Q(key__in=filters.key)
        if filters.task:
            found &= Q(action__task__name__in=filters.task)
        if filters.tool:
            ids = Tool.objects.filter(name__in=filters.tool).values_list("pk", flat=True)
            tools = Q(tool__in=list(ids))
            found &= tools | Q(tool=None) if CUSTOM in filters.tool else tools
        return found

    def _workflows(self) -> list[int]:
        rows = Workflow.objects.filter(self.of_project(), name__in=self.filters.workflow)
        if self.filters.domain:
            rows = rows.filter(domain__in=self.filters.domain)
        return list(rows.values_list("pk", flat=True))


def _in_phase(column: str, phases: list[PhaseName]) -> Q:
    """A phase that was never given is shown as running."""
    found = Q(**{f"{column}__in": phases})
    if "running" not in phases:
        return found
    run = column.removesuffix("phase")
    given_none = Q(**{f"{column}__isnull": True})
    # Behind a join a missing phase could be a missing run too.
    return found | (given_none & Q(**{f"{run}name__isnull": False}) if run else given_none)


def _with_words(prefix: str, words: list[str]) -> Q:
    found = Q()
    for each in words:
        named = Workflow.objects.filter(name__icontains=each).values("pk")
        found |= Q(**{f"{prefix}name__icontains": each}) | Q(**{f"{prefix}workflow__in": named})
    return found


def _between(column: str, filters: Filters) -> Q:
    """`since` <= created < `until`; of several, what any of them lets through."""
    found = Q()
    if filters.since:
        found &= Q(**{f"{column}__gte": min(filters.since)})
    if filters.until:
        found &= Q(**{f"{column}__lt": max(filters.until)})
    return found
