"""The all-workflow table: runs down, tools across, a constant number of queries.

A cell holds the run's own links for the tool, then those of its root action: the first one to
click, the others in a menu (`cells.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zlib import crc32

from django.utils.safestring import SafeString

from linkhub.links.read import ShownLink, links_in_brief
from linkhub.pages import addresses
from linkhub.pages.asked import Asked
from linkhub.pages.cells import cells_of, in_markup
from linkhub.pages.chips import Chip, make_chips, may_still_change, poll_seconds
from linkhub.pages.columns import shown_tools
from linkhub.pages.phases import ShownPhase, can_change, shown_phase
from linkhub.pages.strips import days_of, strip
from linkhub.pages.times import took
from linkhub.pages.tools import Toolbox, ToolFace
from linkhub.pages.windows import Window
from linkhub.runs.models import Run

# So many columns fit a small and a usual screen.
FEW, SOME = 6, 9


@dataclass(frozen=True, slots=True)
class RunRow:
    """`when` is the time that the rows are ordered by; `cells` are ready markup."""

    dom_id: str
    name: str
    href: str
    project: str
    domain: str
    workflow: str
    workflow_href: str
    launched_by: str
    phase: ShownPhase
    when: datetime | None
    took: str
    cells: SafeString
    strip: SafeString | str = ""


@dataclass(frozen=True, slots=True)
class RunGroup:
    """The rows of one workflow of one domain under its name, the latest run on top."""

    rows: list[RunRow]
    dom_id: str = ""
    workflow: str = ""
    workflow_href: str = ""
    project: str = ""
    domain: str = ""
    strip: SafeString | str = ""


@dataclass(frozen=True, slots=True)
class RunTable:
    """`live` while a run shown goes on or a link waits, then asked for `every` so many seconds.

    Without grouping there is one group without a name. `workflows_lead` where a row stands for
    a workflow, by its latest run. What stands for a workflow has the strip of its days.
    """

    tools: list[ToolFace]
    groups: list[RunGroup]
    window: Window
    live: bool
    every: int
    now: datetime
    by_end: bool = False
    grouped: bool = False
    show_project: bool = True
    show_workflow: bool = True
    workflows_lead: bool = False

    @property
    def size(self) -> str:
        """How wide it is: a class of `static/css/runs.css`."""
        return "few" if self.width <= FEW else "some" if self.width <= SOME else "many"

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self.tools) + (4 if self.workflows_lead else 3)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a page's table leaves out or puts first. `part` begins the ids of its elements: two
    tables of a page may show the same run.
    """

    show_project: bool = True
    show_workflow: bool = True
    workflows_lead: bool = False
    part: str = "run"


OF_RUNS = Shape()


def run_table(
    window: Window,
    toolbox: Toolbox,
    *,
    now: datetime,
    shape: Shape = OF_RUNS,
    asked: Asked | None = None,
) -> RunTable:
    """The table of a window's runs; `asked` says which columns, and whether by workflow."""
    links = links_in_brief(window.runs, now=now)
    chips = {run.pk: make_chips(links.get(run.pk, []), toolbox) for run in window.runs}
    found = {chip.tool for own in chips.values() for chip in own}
    tools = shown_tools(asked.columns if asked else (), found, toolbox)
    by_end = asked is not None and asked.order == "-ended"
    grouped = asked is not None and asked.grouped
    strips = _strips(window.runs, now) if grouped or shape.workflows_lead else {}
    rows = [_row(run, chips[run.pk], tools, shape, strips, by_end, now) for run in window.runs]
    return RunTable(
        tools=tools,
        groups=_by_workflow(rows) if grouped else [RunGroup(rows)] if rows else [],
        window=window,
        live=_live(window.runs, links),
        every=poll_seconds(len(window.runs)),
        now=now,
        by_end=by_end,
        grouped=grouped,
        show_project=shape.show_project,
        show_workflow=shape.show_workflow and not grouped,
        workflows_lead=shape.workflows_lead,
    )


def _live(runs: Sequence[Run], links: Mapping[int, Sequence[ShownLink]]) -> bool:
    return any(can_change(run.phase) for run in runs) or any(
        may_still_change(own) for own in links.values()
    )


def _row(
    run: Run,
    chips: Sequence[Chip],
    tools: Sequence[ToolFace],
    shape: Shape,
    strips: Mapping[int, SafeString],
    by_end: bool,
    now: datetime,
) -> RunRow:
    project, href = run.project.name, addresses.of_run(run)
    workflow = run.workflow.name if run.workflow else ""
    dom_id = _dom_id(shape.part, project, run.domain, run.name)
    return RunRow(
        dom_id=dom_id,
        name=run.name,
        href=href,
        project=project,
        domain=run.domain,
        workflow=workflow,
        workflow_href=addresses.of_workflow(project, workflow) if workflow else "",
        launched_by=run.launched_by,
        phase=shown_phase(run.phase),
        when=run.ended_at if by_end else run.created_at,
        took=took(run.started_at, run.ended_at, now),
        cells=in_markup(cells_of(chips, tools), dom_id=dom_id, run=run.name, href=href),
        strip=strips.get(run.workflow_id or 0, ""),
    )


def _by_workflow(rows: Sequence[RunRow]) -> list[RunGroup]:
    """The workflow that ran last is first. A taller window only adds below: rows of a group to
    its end, groups to the end of all.
    """
    groups: dict[tuple[str, str, str], RunGroup] = {}
    for row in rows:
        key = (row.project, row.domain, row.workflow)
        if key not in groups:
            href, dom_id = row.workflow_href, _dom_id("group", *key)
            groups[key] = RunGroup([], dom_id, row.workflow, href, *key[:2], row.strip)
        groups[key].rows.append(row)
    return list(groups.values())


def _strips(runs: Sequence[Run], now: datetime) -> dict[int, SafeString]:
    workflows = {run.workflow_id for run in runs if run.workflow_id is not None}
    found = days_of(workflows, now.astimezone(UTC).date())
    return {workflow: strip(days) for workflow, days in found.items()}


def _dom_id(part: str, *names: str) -> str:
    return f"{part}-{crc32('/'.join(names).encode()):08x}"
