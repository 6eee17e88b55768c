"""One window on a long list of runs, newest first: keyset, never a count.

`?show=` is how many rows the window holds: "load more" makes it taller in place, so that Back and
a reload keep what was seen. Beyond `MOST` the list goes on behind a cursor, `?after=`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, QueryDict

from linkhub.accounts.models import Project
from linkhub.lib.keyset import BadCursor, CursorValue, after, decode_cursor, encode_cursor
from linkhub.pages import addresses
from linkhub.pages.requests import Request
from linkhub.runs.models import Run, RunQuerySet

STEP = 50
MOST = 300
# The project tells apart what was created at the same moment under the same names.
ORDER = ("-created_at", "-name", "-domain", "-project_id")


@dataclass(frozen=True, slots=True)
class Window:
    """Runs and the addresses around them; `""` where there is nothing to go to."""

    runs: list[Run]
    address: str
    taller: str = ""
    older: str = ""
    newest: str = ""


def run_window(request: Request, runs: RunQuerySet) -> Window:
    """The window of `runs` that the address asks for."""
    show, cursor = _height(request.GET), request.GET.get("after", "")
    rows = after(runs.select_related("project", "workflow"), ORDER, _behind(request, cursor))
    found = list(rows[: show + 1])
    more, found = len(found) > show, found[:show]
    return Window(
        runs=found,
        address=_address(request, {}),
        taller=_address(request, {"show": str(show + STEP)}) if more and show < MOST else "",
        older=_older(request, found[-1]) if more and show >= MOST else "",
        newest=_address(request, {"after": "", "show": ""}) if cursor else "",
    )


def first_runs(runs: RunQuerySet, number: int) -> list[Run]:
    """The newest runs, for a page that shows but a few."""
    return list(runs.select_related("project", "workflow").order_by(*ORDER)[:number])


def _height(query: QueryDict) -> int:
    asked = query.get("show", "")
    steps = int(asked) // STEP if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
    return min(max(steps, 1) * STEP, MOST)


def _older(request: Request, last: Run) -> str:
    values = (last.created_at, last.name, last.domain, last.project.name)
    return _address(request, {"after": encode_cursor(values), "show": ""})


def _behind(request: Request, cursor: str) -> tuple[CursorValue, ...] | None:
    """The row's place; a cursor names its project, as no id leaves LinkHub.

    A hidden project counts as absent: anybody can write a cursor that names it.
    """
    if not cursor:
        return None
    try:
        *place, project = decode_cursor(cursor, (datetime, str, str, str))
    except BadCursor as error:
        raise Http404("This part of the list is not there.") from error
    visible = Project.objects.visible_to(request.user).filter(name=project)
    return (*place, visible.values_list("pk", flat=True).first() or 0)


def _address(request: Request, changes: Mapping[str, str]) -> str:
    """This page's address with some parameters changed; `""` drops one."""
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value:
            query[name] = value
    path = addresses.of_page(request)
    return f"{path}?{query.urlencode()}" if query else path
