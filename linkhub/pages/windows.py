"""One window on a long list of runs: keyset, never a count.

`?show=` is how many rows the window holds: "load more" makes it taller in place, so that Back and
a reload keep what was seen. Beyond the tallest the list goes on behind a cursor, `?after=`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import Http404

from linkhub.accounts.models import User
from linkhub.lib.keyset import BadCursor
from linkhub.links.filters import Filters
from linkhub.links.newest import newest_runs
from linkhub.links.run_listing import looked_to, page_and_cursor, page_of_runs
from linkhub.pages.asked import Asked
from linkhub.runs.models import Run

# What a row shows of a run, and what its links are looked up by.
COLUMNS = (
    *("name", "domain", "phase", "launched_by", "created_at", "started_at", "ended_at"),
    *("project__name", "workflow__name"),
)


@dataclass(frozen=True, slots=True)
class Window:
    """Runs and the addresses around them; `""` where there is nothing to go to.

    `looked_to` where the window ends because a list has looked far enough: the runs that are older
    may be asked for, but were not looked at.
    """

    runs: list[Run]
    address: str
    taller: str = ""
    older: str = ""
    newest: str = ""
    looked_to: datetime | None = None


def run_window(asked: Asked, viewer: User) -> Window:
    """The window that the address asks for; a cursor that was not handed out is 404."""
    address = asked.address
    if asked.refused:
        return Window([], str(address))
    try:
        found, following = next_runs(asked, viewer, limit=asked.show, cursor=asked.cursor or None)
    except BadCursor as error:
        raise Http404("This part of the list is not there.") from error
    taller, older, ended = "", "", looked_to(following)
    if following and asked.taller and not ended:
        taller = str(address.having("show", str(asked.taller)))
    elif following:
        older = str(address.from_top().having("after", following))
    newest = str(address.from_top()) if asked.cursor else ""
    return Window(found, str(address), taller, older, newest, ended)


def next_runs(
    asked: Asked, viewer: User, *, limit: int, cursor: str | None
) -> tuple[list[Run], str | None]:
    """A page of the runs that are asked for, and the cursor of the next. Raises BadCursor."""
    filters = asked.filters
    if cursor is None and asked.order == "-created" and _is_of_one(filters):
        # What most lists begin with.
        project = next(iter(filters.project), None)
        runs = newest_runs(viewer, limit + 1, project=project)
        return page_and_cursor(runs, asked.order, limit)
    return page_of_runs(
        viewer, filters, order=asked.order, limit=limit, cursor=cursor, columns=COLUMNS
    )


def _is_of_one(filters: Filters) -> bool:
    """Whether nothing narrows the list but, at most, its one project."""
    return filters.given <= {"project"} and len(filters.project) <= 1
