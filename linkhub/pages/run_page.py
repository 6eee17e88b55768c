"""What a run's page shows: its own links by tool, its tree of actions, its metadata."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from linkhub.lib.url_policy import HostOrigin, check_url
from linkhub.links.catalogues import load_catalogue
from linkhub.links.read import ShownLink, links_of_run
from linkhub.pages import addresses
from linkhub.pages.chips import (
    OUT_OF_SIGHT,
    Chip,
    ToolChips,
    by_tool,
    make_chips,
    may_still_change,
    poll_seconds,
)
from linkhub.pages.phases import ShownPhase, can_change, shown_phase
from linkhub.pages.times import took
from linkhub.pages.tools import Toolbox
from linkhub.pages.tree import in_tree_order
from linkhub.runs.models import Action, Attempt, Run

MOST_ACTIONS = 1000
DEEPEST_INDENT = 8


@dataclass(frozen=True, slots=True)
class ActionRow:
    """`attempt` is the newest one's number where there was more than one, else none."""

    dom_id: str
    depth: int
    name: str
    href: str
    task: str
    phase: ShownPhase
    started_at: datetime | None
    took: str
    attempt: int | None
    error: str
    chips: list[Chip]
    out_of_sight: int


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class RunPage:
    """`live` while the run goes on or a link waits, then asked for `every` so many seconds.

    `more_actions` where some are left out.
    """

    run: Run
    phase: ShownPhase
    took: str
    tools: list[ToolChips]
    rows: list[ActionRow]
    more_actions: bool
    facts: list[Fact]
    labels: list[Fact]
    context: list[Fact]
    source_url: str
    source_name: str
    live: bool
    every: int
    now: datetime


def run_page(run: Run, *, now: datetime) -> RunPage:
    links = links_of_run(run, now=now)
    actions = list(run.actions.select_related("task").order_by("name")[: MOST_ACTIONS + 1])
    toolbox = Toolbox.load()
    own = make_chips([link for link in links if not link.action], toolbox)
    source_url = _safe(run.source_url)
    return RunPage(
        run=run,
        phase=shown_phase(run.phase),
        took=took(run.started_at, run.ended_at, now),
        tools=by_tool(own),
        rows=_rows(run, actions[:MOST_ACTIONS], links, toolbox, now),
        more_actions=len(actions) > MOST_ACTIONS,
        facts=_facts(run),
        labels=as_facts(run.labels),
        context=as_facts(run.context or {}),
        source_url=source_url,
        source_name=run.source or urlsplit(source_url).netloc,
        live=can_change(run.phase) or may_still_change(links),
        every=poll_seconds(len(actions)),
        now=now,
    )


def _safe(url: str) -> str:
    """The address in the back end that recorded the run, where the URL policy lets it be shown."""
    policy = load_catalogue().policy
    refused = not url or check_url(url, origin=HostOrigin.ATTACHED, policy=policy)
    return "" if refused else url


def as_facts(values: Mapping[str, str]) -> list[Fact]:
    return [Fact(key, value) for key, value in sorted(values.items())]


def _rows(
    run: Run,
    actions: Sequence[Action],
    links: Sequence[ShownLink],
    toolbox: Toolbox,
    now: datetime,
) -> list[ActionRow]:
    attempts = _newest_attempts(run)
    by_action: dict[str, list[ShownLink]] = defaultdict(list)
    for link in links:
        by_action[link.action or ""].append(link)
    begun = sorted(actions, key=lambda action: (action.started_at or now, action.pk))
    return [
        _row(run, depth, action, attempts.get(action.pk), by_action[action.name], toolbox, now)
        for depth, action in in_tree_order(begun)
    ]


def _newest_attempts(run: Run) -> dict[int, Attempt]:
    """Each action's attempt of the highest number: one row an action, however many there were."""
    newest = (
        Attempt.objects.filter(action__run=run)
        .order_by("action_id", "-number")
        .distinct("action_id")
    )
    return {attempt.action_id: attempt for attempt in newest.only("action_id", "number", "error")}


def _row(
    run: Run,
    depth: int,
    action: Action,
    attempt: Attempt | None,
    links: Sequence[ShownLink],
    toolbox: Toolbox,
    now: datetime,
) -> ActionRow:
    return ActionRow(
        dom_id=f"action-{action.pk}",
        depth=min(depth, DEEPEST_INDENT),
        name=action.name,
        href=addresses.of_action(run, action.name),
        task=action.task.name if action.task else "",
        phase=shown_phase(action.phase),
        started_at=action.started_at,
        took=took(action.started_at, action.ended_at, now),
        attempt=attempt.number if attempt and attempt.number > 1 else None,
        error=attempt.error if attempt else "",
        chips=make_chips(links, toolbox),
        out_of_sight=sum(link.state in OUT_OF_SIGHT for link in links),
    )


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
