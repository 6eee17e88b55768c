"""Pages of links, by keyset: from behind a cursor, never counted.

Links are found as they are stored, and shown as they are: what is out of date in the store is
resolved here and now, and stays on the page, marked as updating, even where it no longer matches.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import models
from django.db.models import F, Max, Q, QuerySet, Value
from django.db.models.fields.tuple_lookups import (
    Tuple,
    TupleExact,
    TupleGreaterThan,
    TupleLessThan,
)
from django.db.models.functions import Coalesce

from linkhub.accounts.models import ApiToken, User
from linkhub.lib.keyset import BadCursor, CursorValue, after, decode_cursor, encode_cursor
from linkhub.links.filters import Filters, OrderName, matching_links, visible_projects
from linkhub.links.horizon import OF_LINKS, floors
from linkhub.links.models import Backfill, Link, LinkQuerySet, Resolved, State
from linkhub.links.read import links_of_units
from linkhub.links.run_listing import BELOW, RUN_PLACE, time_of
from linkhub.links.shown import Place, ShownLink
from linkhub.runs.models import Pending
from linkhub.runs.pending import Unit

# What is still to come is counted as far as this.
COUNTED = 1000
GONE = "it no longer applies here"
CREATED: OrderName = "-created"
# Behind the run's: the names of action, attempt and pod, and the key.
LINK_PLACE = (*RUN_PLACE, str, int, str, str)
# Links of a project's own level come last: a word of their own, the project and the key.
PROJECT_PLACE = (str, str, str)
OF_PROJECTS = "projects"


class LinkRow(NamedTuple):
    """Which link of which subject a stored row is, and what it says of itself."""

    project_id: int
    run_id: int | None
    action_id: int | None
    project: str
    domain: str | None
    run: str | None
    action: str | None
    attempt: int | None
    pod: str | None
    key: str
    created: datetime | None
    ended: datetime | None
    name: str
    level: str
    origin: str
    tool: str | None
    provider: str

    @property
    def unit(self) -> Unit:
        return Unit(self.project_id, self.run_id, self.action_id)

    @property
    def place(self) -> Place:
        return Place(self.project, self.domain, self.run, self.action)

    def cursor(self, order: OrderName) -> str:
        if self.run is None:
            return encode_cursor((OF_PROJECTS, self.project, self.key))
        time = self.created if order == CREATED else self.ended
        assert time is not None
        assert self.domain is not None
        run = (order, time, self.run, self.domain, self.project)
        return encode_cursor((*run, self.action or "", self.attempt or 0, self.pod or "", self.key))


COLUMNS = tuple(
    {
        "project": "project__name",
        "domain": "run__domain",
        "run": "run__name",
        "action": "action__name",
        "attempt": "attempt__number",
        "pod": "pod__name",
        "created": "run_created",
        "ended": "run__ended_at",
        "tool": "tool__name",
    }.get(name, name)
    for name in LinkRow._fields
)


def page_of_links(
    viewer: User | ApiToken,
    filters: Filters,
    *,
    order: OrderName,
    limit: int,
    cursor: str | None,
) -> tuple[list[LinkRow], str | None]:
    """Stored links, those of the newest run first, within a run as in its tree by name.

    Links of projects' own level come last, and have no place among runs by their end. A page may
    be short, or empty, and have a next one: see `horizon.py`.
    """
    links = matching_links(viewer, filters)
    place = None if cursor is None else _link_place(cursor, order)
    rows: list[LinkRow] = []
    if place is None or place[0] != OF_PROJECTS:
        ordered = _of_runs(links, order, place)
        start = None if place is None else time_of(place[1])
        for floor in floors(viewer, filters, order=order, start=start, horizon=OF_LINKS):
            rows = _rows(_down_to(ordered, order, floor)[: limit + 1])
            if len(rows) > limit:
                return rows[:limit], rows[limit - 1].cursor(order)
        if floor is not None:
            return rows, encode_cursor((order, floor, *BELOW, "", 0, "", ""))
    if order == CREATED:
        rows += _of_projects(links, place, limit + 1 - len(rows))
    return rows[:limit], rows[limit - 1].cursor(order) if len(rows) > limit else None


def _down_to(links: QuerySet[Link], order: OrderName, floor: datetime | None) -> QuerySet[Link]:
    if floor is None:
        return links
    if order != CREATED:
        return links.filter(run__ended_at__gte=floor)
    # Said of the run as well: the database knows not that both are one, and would look through
    # all runs for those of a phase. What differs is about to be written again.
    return links.filter(run_created__gte=floor, run__created_at__gte=floor)


def _of_projects(
    links: LinkQuerySet, place: tuple[CursorValue, ...] | None, number: int
) -> list[LinkRow]:
    behind = place[1:] if place is not None and place[0] == OF_PROJECTS else None
    return _rows(after(links.filter(run=None), ("project__name", "key"), behind)[:number])


def _rows(links: QuerySet[Link]) -> list[LinkRow]:
    return [LinkRow(*row) for row in links.values_list(*COLUMNS)]


def _link_place(cursor: str, order: OrderName) -> tuple[CursorValue, ...]:
    try:
        place: tuple[CursorValue, ...] = decode_cursor(cursor, LINK_PLACE)
    except BadCursor:
        place = decode_cursor(cursor, PROJECT_PLACE)
        wanted = OF_PROJECTS if order == CREATED else ""
    else:
        wanted = order
    if place[0] != wanted:
        raise BadCursor("not a cursor of this order")
    return place


def _of_runs(
    links: LinkQuerySet, order: OrderName, place: Sequence[CursorValue] | None
) -> QuerySet[Link]:
    """In order, from behind a place. The time stands alone too: the index knows it alone."""
    time = "run_created" if order == CREATED else "run__ended_at"
    run = (time, "run__name", "run__domain", "project__name")
    subject = ("action_name", "attempt_number", "pod_name", "key")
    ordered = (
        links.filter(**{"run__isnull": False, f"{time}__isnull": False})
        .annotate(
            action_name=Coalesce("action__name", Value("")),
            attempt_number=Coalesce("attempt__number", 0),
            pod_name=Coalesce("pod__name", Value("")),
        )
        .order_by(*(f"-{column}" for column in run), *subject)
    )
    if place is None:
        return ordered
    of_run = tuple(map(Value, place[1:5]))
    of_subject = tuple(map(Value, place[5:]))
    older = TupleLessThan(Tuple(*map(F, run)), of_run)
    same = TupleExact(Tuple(*map(F, run)), of_run)
    behind = TupleGreaterThan(Tuple(*map(F, subject)), of_subject)
    return ordered.filter(**{f"{time}__lte": place[1]}).filter(Q(older) | Q(same) & Q(behind))


def show_rows(rows: Sequence[LinkRow], *, now: datetime) -> list[ShownLink]:
    """The links of the rows as they are now, whatever is stored."""
    units = links_of_units({row.unit: row.place for row in rows}, now=now)
    shown = {
        (unit, link.attempt, link.pod or "", link.key): link
        for unit, links in units.items()
        for link in links
    }
    return [
        shown.get((row.unit, row.attempt, row.pod or "", row.key)) or _gone(row) for row in rows
    ]


def _gone(row: LinkRow) -> ShownLink:
    """A stored link that a worker is about to delete."""
    return ShownLink(
        *row.place,
        attempt=row.attempt,
        pod=row.pod,
        key=row.key,
        name=row.name,
        description="",
        level=row.level,
        url=None,
        state=State.HIDDEN.value,
        reason=GONE,
        missing=(),
        notes=(),
        tool=row.tool or "",
        provider=row.provider,
        group="",
        position=0,
        link_type="external",
        icon="",
        origin=row.origin,
        new_tab=True,
        updating=True,
        resolved_at=None,
        message_format="",
    )


def to_come(viewer: User | ApiToken, filters: Filters) -> int:
    """How many units of the projects looked at are still to be resolved, counted to 1,000.

    Those are what is marked, and what running backfills have still to mark.
    """
    projects = visible_projects(viewer, filters)
    pending: QuerySet[Any] = Pending.objects.filter(attempts__lt=settings.LINKHUB_MAX_ATTEMPTS)
    older: QuerySet[Any] = Resolved.objects.none()
    if (change := _being_followed(projects)) is not None:
        older = Resolved.objects.filter(change__lt=change)
    if projects is not None:
        pending, older = pending.filter(project__in=projects), older.filter(project__in=projects)
    units = _units(pending).union(_units(older))
    return min(units.count(), COUNTED)


def _being_followed(projects: Iterable[int] | None) -> int | None:
    """The latest change that a running backfill brings to any of the projects."""
    running = Backfill.objects.filter(status=Backfill.Status.RUNNING)
    if projects is not None:
        running = running.filter(Q(project=None) | Q(project__in=projects))
    latest: int | None = running.aggregate(latest=Max("change"))["latest"]
    return latest


def _units(rows: QuerySet[Any]) -> QuerySet[Any]:
    key: models.QuerySet[Any] = rows.order_by().values("project_id", "run_id", "action_id")
    return key[:COUNTED]
