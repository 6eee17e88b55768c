"""A list of runs as CSV: all that its filters let through, with the columns that are shown.

A cell has the addresses of the run's links for the tool, one after the other with a blank between
(no URL has one); where none is ready, the first one's state and reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django.http import Http404, StreamingHttpResponse
from django.utils import timezone

from linkhub.accounts.models import User
from linkhub.lib import csv_text
from linkhub.lib.keyset import BadCursor
from linkhub.links.read import ShownLink, links_in_brief
from linkhub.pages.asked import Asked
from linkhub.pages.cells import by_column
from linkhub.pages.chips import Chip, make_chips
from linkhub.pages.columns import shown_tools
from linkhub.pages.tools import Toolbox, ToolFace
from linkhub.pages.windows import next_runs
from linkhub.runs.models import Run

PAGE = 500
OF_RUN = (
    *("project", "domain", "run", "workflow", "phase", "launched_by"),
    *("created_at", "started_at", "ended_at"),
)

Page = tuple[Sequence[Run], Mapping[int, Sequence[Chip]]]


def csv_of(asked: Asked, viewer: User) -> StreamingHttpResponse:
    """Sent page by page; a cursor that was not handed out is 404."""
    toolbox = Toolbox.load()
    pages = _pages(asked, viewer, toolbox)
    try:
        first = next(pages)
    except BadCursor as error:
        raise Http404("This part of the list is not there.") from error
    tools = _columns(asked, first, toolbox)
    header = [*OF_RUN, *(tool.title for tool in tools)]
    lines = csv_text.lines(header, _rows(first, pages, tools))
    response = StreamingHttpResponse(lines, content_type=f"{csv_text.CSV}; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="links.csv"'
    return response


def _columns(asked: Asked, first: Page, toolbox: Toolbox) -> list[ToolFace]:
    """As on the page: where none are chosen, the tools of the links in the window."""
    runs, chips = first
    window = runs[: asked.show]
    found = {chip.tool for run in window for chip in chips[run.pk]}
    return shown_tools(asked.columns, found, toolbox)


def _pages(asked: Asked, viewer: User, toolbox: Toolbox) -> Iterator[Page]:
    cursor: str | None = asked.cursor or None
    while True:
        runs, cursor = next_runs(asked, viewer, limit=PAGE, cursor=cursor)
        if not runs and cursor is not None:
            continue  # a list looks so far at once; columns go by the first runs that there are
        links: Mapping[int, Sequence[ShownLink]] = links_in_brief(runs, now=timezone.now())
        yield runs, {run.pk: make_chips(links[run.pk], toolbox) for run in runs}
        if cursor is None:
            return


def _rows(first: Page, rest: Iterator[Page], tools: Sequence[ToolFace]) -> Iterator[list[object]]:
    yield from _rows_of(first, tools)
    for each in rest:
        yield from _rows_of(each, tools)


def _rows_of(one: Page, tools: Sequence[ToolFace]) -> Iterator[list[object]]:
    runs, chips = one
    for run in runs:
        cells = [_text(own) for own in by_column(chips[run.pk], tools)]
        yield [
            *(run.project.name, run.domain, run.name, run.workflow.name if run.workflow else ""),
            *(run.phase or "running", run.launched_by),
            *(run.created_at, run.started_at, run.ended_at),
            *cells,
        ]


def _text(chips: Sequence[Chip]) -> str:
    if ready := [chip.href for chip in chips if chip.ready]:
        return " ".join(ready)
    first = chips[0] if chips else None
    if first is None:
        return ""
    return f"{first.state}: {first.reason}" if first.reason else first.state
