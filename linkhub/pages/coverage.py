"""Link coverage: what share of runs has a working link of a tool, day by day.

From the kept days (`linkhub/links/days.py`), in UTC: no run and no link is looked at. A run counts
once its link is decided; one that still waits, is hidden or has expired counts as neither.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TypeAlias

from django.db import connection
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from linkhub.pages.strips import DAYS
from linkhub.pages.tools import Toolbox, ToolFace

STEP, BAR, HEIGHT = 10, 8, 40
# Each workflow's days stand beside one another in the index of their natural key.
SUMS = """
    SELECT d.day, tool.name, sum((tool.runs->>0)::int), sum((tool.runs->>1)::int)
    FROM runs_workflow AS w
    JOIN runs_workflowday AS d ON d.workflow_id = w.id AND d.day >= %(since)s AND d.day <= %(until)s
    CROSS JOIN LATERAL jsonb_each(d.coverage) AS tool (name, runs)
    WHERE w.project_id = %(project)s AND (%(workflow)s = '' OR w.name = %(workflow)s)
    GROUP BY d.day, tool.name ORDER BY d.day, tool.name
"""
# The day, the tool, and of how many decided runs how many have a working link.
_Sum: TypeAlias = tuple[date, str, int, int]
# Some ten kilobytes each.
KEPT = 128


@dataclass(frozen=True, slots=True)
class Share:
    """Of `decided` runs, `working` have a ready link."""

    working: int = 0
    decided: int = 0

    def __str__(self) -> str:
        """Never 100% while one is missing, nor 0% while one works."""
        if not self.decided:
            return ""
        percent = round(100 * self.working / self.decided)
        if self.working < self.decided:
            percent = min(percent, 99)
        return f"{max(percent, 1) if self.working else 0}%"


@dataclass(frozen=True, slots=True)
class ToolCoverage:
    """A tool's share over all days, and for each of them."""

    tool: ToolFace
    total: Share
    days: list[Share]
    plot: SafeString


@dataclass(frozen=True, slots=True)
class CoverageDay:
    """A line of the table that says what the plots say."""

    day: date
    shares: list[Share]


@dataclass(frozen=True, slots=True)
class Coverage:
    since: date
    until: date
    tools: list[ToolCoverage]

    @property
    def table(self) -> list[CoverageDay]:
        """The newest day first, without those that had no runs."""
        days = [self.since + timedelta(days=at) for at in range(DAYS)]
        rows = [
            CoverageDay(day, [tool.days[at] for tool in self.tools]) for at, day in enumerate(days)
        ]
        return [row for row in reversed(rows) if any(share.decided for share in row.shares)]


def coverage_of(
    project_id: int, toolbox: Toolbox, *, today: date, workflow: str = ""
) -> SafeString:
    """Of a project, or of its workflow of that name, in markup; `""` where no link was decided.

    One query. What says the same is kept: the days before today hardly change any more.
    """
    asked: dict[str, str | int | date] = {
        "project": project_id,
        "workflow": workflow,
        "since": _first(today),
        "until": today,
    }
    with connection.cursor() as cursor:
        cursor.execute(SUMS, asked)
        return _markup(tuple(cursor.fetchall()), toolbox, today)


@lru_cache(maxsize=KEPT)
def _markup(sums: tuple[_Sum, ...], toolbox: Toolbox, today: date) -> SafeString:
    found = _coverage(sums, toolbox, today)
    if found is None:
        return SafeString()
    return render_to_string("components/coverage.html", {"coverage": found})


def _coverage(sums: Iterable[_Sum], toolbox: Toolbox, today: date) -> Coverage | None:
    found: dict[str, dict[date, Share]] = defaultdict(dict)
    for day, name, working, decided in sums:
        found[name][day] = Share(working, decided)
    named = [(toolbox.named(name), days) for name, days in found.items()]
    tools = [_of_tool(tool, days, _first(today)) for tool, days in named if tool is not None]
    tools.sort(key=lambda each: each.tool.position)
    return Coverage(_first(today), today, tools) if tools else None


def _first(today: date) -> date:
    return today - timedelta(days=DAYS - 1)


def _of_tool(tool: ToolFace, found: dict[date, Share], since: date) -> ToolCoverage:
    dates = [since + timedelta(days=at) for at in range(DAYS)]
    days = [found.get(day, Share()) for day in dates]
    total = Share(sum(day.working for day in days), sum(day.decided for day in days))
    plot = "".join(_plot(tool, total, dates, days))
    return ToolCoverage(tool, total, days, mark_safe(plot))  # noqa: S308 (escaped below)


def _plot(
    tool: ToolFace, total: Share, dates: Sequence[date], days: Sequence[Share]
) -> Iterator[str]:
    """A column a day: as high as the day's share, before one that says that there were runs."""
    words = f"{total} of {total.decided} runs had a working {tool.title} link"
    yield (
        f'<svg class="coverage-plot" viewBox="0 0 {DAYS * STEP} {HEIGHT}"'
        f' preserveAspectRatio="none" role="img"><title>{escape(tool.title)}</title>'
        f"<desc>{escape(words)} in 30 days; the table below has each day.</desc>"
    )
    filled = []
    for at, (day, share) in enumerate(zip(dates, days, strict=True)):
        if not share.decided:
            continue
        told = f"{day:%-d %b}: {share}, {share.working} of {share.decided} runs"
        yield f'<rect class="all" x="{at * STEP}" width="{BAR}" height="{HEIGHT}">'
        yield f"<title>{told}</title></rect>"
        height = HEIGHT * share.working / share.decided
        if height:
            filled.append(f"M{at * STEP} {HEIGHT - height:.1f}h{BAR}V{HEIGHT}h-{BAR}z")
    yield f'<path class="working" d="{"".join(filled)}"/></svg>'
