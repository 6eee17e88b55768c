"""What a run's page shows: its own links by tool, its tree of actions, its metadata."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from linkhub.lib.url_policy import HostOrigin, check_url
from linkhub.links.catalogues import load_catalogue
from linkhub.links.explained import Explained, explained
from linkhub.links.explaining import explain_run
from linkhub.links.read import ShownLink, links_of_run
from linkhub.links.resting import Resting, resting_of_run
from linkhub.pages import addresses
from linkhub.pages.action_list import ActionList, Part
from linkhub.pages.action_rows import (
    ActionRow,
    GroupRow,
    action_row,
    group_row,
    newest_attempts,
    outline,
    sketches,
)
from linkhub.pages.chips import ToolChips, by_tool, make_chips, may_still_change, poll_seconds
from linkhub.pages.phases import ShownPhase, can_change, shown_phase
from linkhub.pages.times import took
from linkhub.pages.tools import Toolbox
from linkhub.runs.models import Action, Run

# Rows of the tree, and actions that are counted for it.
MOST_ACTIONS = 1000
MOST_SKETCHED = 50_000


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class RunPage:
    """`live` while the run goes on or a link waits, then asked for `every` so many seconds.

    `rows` are the tree, or where `part` is given one page of a list. `more_actions` where some
    are left out. `resting` is what could not be resolved.
    """

    run: Run
    phase: ShownPhase
    took: str
    tools: list[ToolChips]
    rows: list[ActionRow | GroupRow]
    part: ActionList | None
    more_actions: bool
    facts: list[Fact]
    labels: list[Fact]
    context: list[Fact]
    source_url: str
    source_host: str
    resting: list[Resting]
    explained: Explained | None
    href: str
    live: bool
    every: int
    now: datetime


def run_page(
    run: Run, *, part: Part | None = None, explain: str | None = None, now: datetime
) -> RunPage:
    """`explain` is a key, or empty for all; with None nothing is explained."""
    if part is None:
        shown, listed = _outline(run, now), None
    else:
        actions, listed = part.read(run)
        shown = _Shown([(0, action) for action in actions], len(actions), False)
    actions = [row for _, row in shown.rows if isinstance(row, Action)]
    links = links_of_run(run, now=now, actions=[(each.pk, each.name) for each in actions])
    toolbox = Toolbox.load()
    own = make_chips([link for link in links if not link.action], toolbox)
    source_url = _safe(run.source_url)
    return RunPage(
        run=run,
        phase=shown_phase(run.phase),
        took=took(run.started_at, run.ended_at, now),
        tools=by_tool(own),
        rows=_rows(run, shown.rows, actions, links, toolbox, now),
        part=listed,
        more_actions=shown.more,
        facts=_facts(run),
        labels=as_facts(run.labels),
        context=as_facts(run.context or {}),
        source_url=source_url,
        source_host=urlsplit(source_url).netloc,
        resting=resting_of_run(run),
        explained=None
        if explain is None
        else explained(explain_run(run, now=now, key=explain or None), explain),
        href=addresses.of_run(run),
        live=can_change(run.phase) or may_still_change(links),
        every=poll_seconds(shown.read),
        now=now,
    )


class _Shown(NamedTuple):
    """What is shown of a run's actions, `read` of them for it, and whether there are more."""

    rows: list[tuple[int, Action | GroupRow]]
    read: int
    more: bool


def _outline(run: Run, now: datetime) -> _Shown:
    """The tree: what is alone in a row is read whole, all else is only counted."""
    found = sketches(run, MOST_SKETCHED + 1)
    placed = list(outline(found[:MOST_SKETCHED], now))
    alone = [each.alike[0].pk for each in placed[:MOST_ACTIONS] if len(each.alike) == 1]
    actions = run.actions.select_related("task").in_bulk(alone)
    rows: list[tuple[int, Action | GroupRow]] = []
    for each in placed[:MOST_ACTIONS]:
        if len(each.alike) > 1:
            rows.append((each.depth, group_row(run, each)))
        elif (action := actions.get(each.alike[0].pk)) is not None:
            rows.append((each.depth, action))
    more = len(placed) > MOST_ACTIONS or len(found) > MOST_SKETCHED
    return _Shown(rows, len(found), more)


def _safe(url: str) -> str:
    """The address in the back end that recorded the run, where the URL policy lets it be shown."""
    policy = load_catalogue().policy
    refused = not url or check_url(url, origin=HostOrigin.ATTACHED, policy=policy)
    return "" if refused else url


def as_facts(values: Mapping[str, str]) -> list[Fact]:
    return [Fact(key, value) for key, value in sorted(values.items())]


def _rows(
    run: Run,
    shown: Sequence[tuple[int, Action | GroupRow]],
    actions: Sequence[Action],
    links: Sequence[ShownLink],
    toolbox: Toolbox,
    now: datetime,
) -> list[ActionRow | GroupRow]:
    attempts = newest_attempts([action.pk for action in actions])
    by_action: dict[str, list[ShownLink]] = defaultdict(list)
    for link in links:
        by_action[link.action or ""].append(link)
    return [
        row
        if isinstance(row, GroupRow)
        else action_row(run, depth, row, attempts.get(row.pk), by_action[row.name], toolbox, now)
        for depth, row in shown
    ]


def _facts(run: Run) -> list[Fact]:
    project, workflow = run.project.name, run.workflow.name if run.workflow else ""
    facts = [
        Fact("Project", project, addresses.of_project(project)),
        Fact("Domain", run.domain),
        Fact("Workflow", workflow, addresses.of_workflow(project, workflow) if workflow else ""),
        Fact("Version", run.version),
        Fact("Engine", run.engine),
        Fact("Launched by", run.launched_by),
        Fact("Organisation", run.org),
        Fact("Cluster", run.cluster),
        Fact("Namespace", run.namespace),
        Fact("Source", run.source),
    ]
    return [fact for fact in facts if fact.value]
