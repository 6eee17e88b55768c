"""Pages of runs, by keyset: from behind a cursor, never counted."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import cast

from django.db.models import QuerySet

from linkhub.accounts.models import ApiToken, Project, User
from linkhub.lib.keyset import BadCursor, CursorValue, after, decode_cursor, encode_cursor
from linkhub.links.filters import Filters, OrderName, matching_runs
from linkhub.links.horizon import OF_RUNS, TIMES, floors
from linkhub.runs.models import Run

# The name of the order, the run's time, its name, domain and project.
RUN_PLACE = (str, datetime, str, str, str)
# Behind every run of a time, which all have names.
BELOW = ("", "", "")


def page_of_runs(
    viewer: User | ApiToken,
    filters: Filters,
    *,
    order: OrderName,
    limit: int,
    cursor: str | None,
    columns: Collection[str] = (),
) -> tuple[list[Run], str | None]:
    """Runs with project and workflow, and the next page's cursor. Raises BadCursor.

    By their end there are only those that have one. A page may be short, or empty, and have a next
    one: see `horizon.py`. Only `columns` are read, where given.
    """
    time = TIMES[order]
    place = None if cursor is None else _run_place(cursor, order, viewer)
    start = None if place is None else time_of(place[0])
    runs = matching_runs(viewer, filters).select_related("project", "workflow")
    runs = runs.only(*columns) if columns else runs
    rows = after(runs, (f"-{time}", "-name", "-domain", "-project_id"), place)
    found: list[Run] = []
    floor = None
    for floor in floors(viewer, filters, order=order, start=start, horizon=OF_RUNS):
        found = list(_down_to(rows, time, floor)[: limit + 1])
        if len(found) > limit:
            return page_and_cursor(found, order, limit)
    return found, None if floor is None else encode_cursor((order, floor, *BELOW))


def page_and_cursor(found: list[Run], order: OrderName, limit: int) -> tuple[list[Run], str | None]:
    """Of one run more than a page of `limit` holds, the page and the cursor behind it."""
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    values = (order, getattr(last, TIMES[order]), last.name, last.domain, last.project.name)
    return found[:limit], encode_cursor(values)


def _down_to(rows: QuerySet[Run], time: str, floor: datetime | None) -> QuerySet[Run]:
    if floor is None:
        return rows.filter(**{f"{time}__isnull": False})
    return rows.filter(**{f"{time}__gte": floor})


def time_of(value: CursorValue) -> datetime:
    """The time that stands in a cursor, whose reader has held it to be one."""
    return cast(datetime, value)


def looked_to(cursor: str | None) -> datetime | None:
    """The time down to which a list has looked, where its page ended there."""
    if cursor is None:
        return None
    _, time, *names = decode_cursor(cursor, RUN_PLACE)
    return time_of(time) if tuple(names) == BELOW else None


def _run_place(cursor: str, order: OrderName, viewer: User | ApiToken) -> tuple[CursorValue, ...]:
    """The values of the cursor's run; it names its project, as no id leaves LinkHub.

    Anyone can write a cursor, so a project that `viewer` may not see counts as one that is not
    there: by its id, its name could be told from an invented one.
    """
    which, *place, project = decode_cursor(cursor, RUN_PLACE)
    if which != order:
        raise BadCursor("not a cursor of this order")
    visible = Project.objects.visible_to(viewer).filter(name=project)
    number = visible.values_list("pk", flat=True).first()
    return (*place, number or 0)
