"""The all-workflow table: runs down, tools across, a constant number of queries.

A cell holds the run's own links for the tool, then those of its root action: the first one to
click, the others in a menu.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zlib import crc32

from linkhub.links.read import ShownLink, links_in_brief
from linkhub.pages import addresses
from linkhub.pages.chips import Chip, by_tool, make_chips, may_still_change, poll_seconds
from linkhub.pages.phases import ShownPhase, can_change, shown_phase
from linkhub.pages.times import took
from linkhub.pages.tools import Toolbox, ToolFace
from linkhub.pages.windows import Window
from linkhub.runs.models import Run

MOST_IN_MENU = 20


@dataclass(frozen=True, slots=True)
class Cell:
    """A run's links for one tool; `menu_id` keeps an open menu open when the page updates.

    The menu holds `rest`, of `more` links; those left out are on the run's page.
    """

    tool: ToolFace
    menu_id: str
    first: Chip | None = None
    rest: Sequence[Chip] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class RunRow:
    dom_id: str
    name: str
    href: str
    project: str
    domain: str
    workflow: str
    workflow_href: str
    launched_by: str
    phase: ShownPhase
    created_at: datetime
    took: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class RunTable:
    """`live` while a run shown goes on or a link waits, then asked for `every` so many seconds.

    `workflows_lead` where a row stands for a workflow, by its latest run.
    """

    tools: list[ToolFace]
    rows: list[RunRow]
    window: Window
    live: bool
    every: int
    now: datetime
    show_project: bool = True
    show_workflow: bool = True
    workflows_lead: bool = False


def run_table(
    window: Window,
    *,
    now: datetime,
    show_project: bool = True,
    show_workflow: bool = True,
    workflows_lead: bool = False,
    part: str = "run",
) -> RunTable:
    """`part` begins the ids of its elements: two tables of a page may show the same run."""
    toolbox = Toolbox.load()
    links = links_in_brief(window.runs, now=now)
    chips = {run.pk: make_chips(links.get(run.pk, []), toolbox) for run in window.runs}
    tools = sorted(
        {chip.tool for own in chips.values() for chip in own}, key=lambda tool: tool.position
    )
    return RunTable(
        tools=tools,
        rows=[_row(run, chips[run.pk], tools, part, now) for run in window.runs],
        window=window,
        live=_live(window.runs, links),
        every=poll_seconds(len(window.runs)),
        now=now,
        show_project=show_project,
        show_workflow=show_workflow,
        workflows_lead=workflows_lead,
    )


def _live(runs: Sequence[Run], links: Mapping[int, Sequence[ShownLink]]) -> bool:
    return any(can_change(run.phase) for run in runs) or any(
        may_still_change(own) for own in links.values()
    )


def _row(
    run: Run, chips: Sequence[Chip], tools: Sequence[ToolFace], part: str, now: datetime
) -> RunRow:
    project = run.project.name
    dom_id = f"{part}-{crc32(f'{project}/{run.domain}/{run.name}'.encode()):08x}"
    workflow = run.workflow.name if run.workflow else ""
    return RunRow(
        dom_id=dom_id,
        name=run.name,
        href=addresses.of_run(run),
        project=project,
        domain=run.domain,
        workflow=workflow,
        workflow_href=addresses.of_workflow(project, workflow) if workflow else "",
        launched_by=run.launched_by,
        phase=shown_phase(run.phase),
        created_at=run.created_at,
        took=took(run.started_at, run.ended_at, now),
        cells=_cells(dom_id, chips, tools),
    )


def _cells(dom_id: str, chips: Sequence[Chip], tools: Sequence[ToolFace]) -> list[Cell]:
    groups = {group.tool: group.chips for group in by_tool(chips)}
    cells = []
    for number, tool in enumerate(tools):
        own = groups.get(tool, [])
        menu_id = f"{dom_id}-menu-{number}"
        if own:
            rest = own[1 : MOST_IN_MENU + 1]
            cells.append(Cell(tool, menu_id, own[0], rest, len(own) - 1))
        else:
            cells.append(Cell(tool, menu_id))
    return cells
