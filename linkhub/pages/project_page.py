"""One project's link page: what is pinned, its own links, its workflows, coverage, recent runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.safestring import SafeString

from linkhub.accounts.models import Project, User
from linkhub.links.newest import latest_runs, newest_runs
from linkhub.links.read import links_of_project, units_in_brief
from linkhub.pages.address import Address
from linkhub.pages.chips import ToolChips, by_tool, make_chips, may_still_change
from linkhub.pages.coverage import coverage_of
from linkhub.pages.models import Pin
from linkhub.pages.pins import pins_of
from linkhub.pages.run_table import RunTable, Shape, run_table
from linkhub.pages.stars import StarButton, star_button
from linkhub.pages.tools import Toolbox
from linkhub.pages.windows import Window

RECENT = 15
WORKFLOWS = Shape(show_project=False, workflows_lead=True, part="latest")
RUNS = Shape(show_project=False)


@dataclass(frozen=True, slots=True)
class ProjectPage:
    """`workflows` is a table of each workflow's latest run, `recent` one of the newest runs.

    `maintained` where the viewer looks after the project.
    """

    project: Project
    maintained: bool
    star: StarButton
    pins: list[Pin]
    tools: list[ToolChips]
    workflows: RunTable
    coverage: SafeString
    recent: RunTable
    live: bool
    every: int


def project_page(
    project: Project, user: User, address: Address, *, show: int, taller: int, now: datetime
) -> ProjectPage:
    """`show` is how many workflows, `taller` how many the next step would, 0 for no more."""
    toolbox = Toolbox.load()
    own = links_of_project(project, now=now)
    latest = latest_runs(project, show + 1)
    newest = newest_runs(user, RECENT, project=project.name)
    runs = {run.pk: run for run in (*latest[:show], *newest)}
    links = units_in_brief([*runs.values()], now=now)
    more = str(address.having("show", str(taller))) if taller and len(latest) > show else ""
    window = Window(latest[:show], str(address), taller=more)
    workflows = run_table(window, toolbox, now=now, shape=WORKFLOWS, links=links)
    window = Window(newest, str(address))
    recent = run_table(window, toolbox, now=now, shape=RUNS, links=links)
    return ProjectPage(
        project=project,
        maintained=project.is_maintained_by(user),
        star=star_button(user, project),
        pins=pins_of(project, user),
        tools=by_tool(make_chips(own, toolbox)),
        workflows=workflows,
        coverage=coverage_of(project.pk, toolbox, today=now.astimezone(UTC).date()),
        recent=recent,
        live=workflows.live or recent.live or may_still_change(own),
        every=max(workflows.every, recent.every),
    )
