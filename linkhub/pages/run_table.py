"""The all-workflow table: runs down, tools across, a constant number of queries.

A cell holds the run's own links for the tool, then those of its root action: the first one to
click, the others in a menu (`cells.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple
from zlib import crc32

from django.utils.safestring import SafeString

from linkhub.links.read import ShownLink, units_in_brief
from linkhub.pages import addresses
from linkhub.pages.asked import Asked
from linkhub.pages.cells import Columns, RowPlace, cells_of, columns_of
from linkhub.pages.chips import Chip, UnitChips, chips_of_unit, poll_seconds
from linkhub.pages.columns import shown_tools
from linkhub.pages.phases import ShownPhase, can_change, shown_phase
from linkhub.pages.strips import strips_of
from linkhub.pages.times import took
from linkhub.pages.tools import Toolbox, ToolFace
from linkhub.pages.windows import Window
from linkhub.runs.models import Run

# So many columns fit a small and a usual screen.
FEW, SOME = 6, 9


class Subject(NamedTuple):
    """What a row is about; `workflow` and `launched_by` are `""` where there is none."""

    project: str
    domain: str
    name: str
    workflow: str
    launched_by: str

    @property
    def href(self) -> str:
        return addresses.of_run_named(self.project, self.domain, self.name)

    @property
    def workflow_href(self) -> str:
        return addresses.of_workflow(self.project, self.workflow) if self.workflow else ""


@dataclass(frozen=True, slots=True)
class RunRow:
    """`when` is the time that the rows are ordered by; `cells` are ready markup."""

    dom_id: str
    subject: Subject
    phase: ShownPhase
    when: datetime | None
    took: str
    cells: str
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
    links: Mapping[int, tuple[Sequence[ShownLink], ...]] | None = None,
) -> RunTable:
    """The table of a window's runs; `asked` says which columns, and whether by workflow.

    `links` are those of the runs by id, where a page has read them for several tables.
    """
    links = units_in_brief(window.runs, now=now) if links is None else links
    units = {run.pk: _chips(links[run.pk], toolbox) for run in window.runs}
    chips = [unit.chips for own in units.values() for unit in own]
    tools = shown_tools(asked.columns if asked else (), _tools_of(chips), toolbox)
    by_end = asked is not None and asked.order == "-ended"
    grouped = asked is not None and asked.grouped
    strips = _strips(window.runs, now) if grouped or shape.workflows_lead else {}
    look = _Look(columns_of(tuple(tools)), shape.part, strips, by_end, now)
    rows = [_row(run, units[run.pk], look) for run in window.runs]
    return RunTable(
        tools=tools,
        groups=_by_workflow(rows) if grouped else [RunGroup(rows)] if rows else [],
        window=window,
        live=_live(window.runs, units),
        every=poll_seconds(len(window.runs)),
        now=now,
        by_end=by_end,
        grouped=grouped,
        show_project=shape.show_project,
        show_workflow=shape.show_workflow and not grouped,
        workflows_lead=shape.workflows_lead,
    )


def _chips(links: Iterable[Sequence[ShownLink]], toolbox: Toolbox) -> tuple[UnitChips, ...]:
    return tuple(chips_of_unit(each, toolbox) for each in links)


def _tools_of(chips: Iterable[Sequence[Chip]]) -> Iterable[ToolFace]:
    """A dict by name, because faces take long to compare by all that they are."""
    return {chip.tool.name: chip.tool for own in chips for chip in own}.values()


def _live(runs: Sequence[Run], units: Mapping[int, Sequence[UnitChips]]) -> bool:
    return any(can_change(run.phase) for run in runs) or any(
        unit.live for own in units.values() for unit in own
    )


class _Look(NamedTuple):
    """What is the same for all rows."""

    columns: Columns
    part: str
    strips: Mapping[int, SafeString]
    by_end: bool
    now: datetime


def _row(run: Run, units: tuple[UnitChips, ...], look: _Look) -> RunRow:
    workflow = run.workflow.name if run.workflow else ""
    subject = Subject(run.project.name, run.domain, run.name, workflow, run.launched_by)
    dom_id = _dom_id(look.part, *subject[:3])
    return RunRow(
        dom_id=dom_id,
        subject=subject,
        phase=shown_phase(run.phase),
        when=run.ended_at if look.by_end else run.created_at,
        took=took(run.started_at, run.ended_at, look.now),
        cells=cells_of(units, look.columns, RowPlace(dom_id, run.name, subject.href)),
        strip=look.strips.get(run.workflow_id or 0, ""),
    )


def _by_workflow(rows: Sequence[RunRow]) -> list[RunGroup]:
    """The workflow that ran last is first. A taller window only adds below: rows of a group to
    its end, groups to the end of all.
    """
    groups: dict[tuple[str, str, str], RunGroup] = {}
    for row in rows:
        subject = row.subject
        key = (subject.project, subject.domain, subject.workflow)
        if key not in groups:
            href, dom_id = subject.workflow_href, _dom_id("group", *key)
            groups[key] = RunGroup([], dom_id, subject.workflow, href, *key[:2], row.strip)
        groups[key].rows.append(row)
    return list(groups.values())


def _strips(runs: Sequence[Run], now: datetime) -> dict[int, SafeString]:
    workflows = {run.workflow_id for run in runs if run.workflow_id is not None}
    return strips_of(workflows, now.astimezone(UTC).date())


def _dom_id(part: str, *names: str) -> str:
    return f"{part}-{crc32('/'.join(names).encode()):08x}"
