"""What a run's page shows: its own links by tool, its tree of actions, its metadata."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

from linkhub.lib.url_policy import HostOrigin, check_url
from linkhub.links.explained import Explained, explained
from linkhub.links.explaining import explain_run
from linkhub.links.policy import url_policy
from linkhub.links.read import ShownLink, links_of_run
from linkhub.links.resting import Resting, resting_of_run
from linkhub.pages import addresses
from linkhub.pages.action_list import ActionList, Part
from linkhub.pages.action_rows import (
    NOT_TRIED,
    ActionRow,
    GroupRow,
    PhaseCount,
    action_row,
    group_row,
    histories,
    phase_counts,
)
from linkhub.pages.chips import ToolChips, by_tool, make_chips, may_still_change, poll_seconds
from linkhub.pages.facts import Fact, as_facts, facts_of_run
from linkhub.pages.neighbours import Neighbours, neighbours_of
from linkhub.pages.outline import Placed, Sketch, outline, sketches
from linkhub.pages.phases import ShownPhase, can_change, shown_phase
from linkhub.pages.timeline import Scale
from linkhub.pages.times import took
from linkhub.pages.tools import Toolbox
from linkhub.runs.models import Run

# Rows of the tree, and actions that are counted for it.
MOST_ACTIONS = 1000
MOST_SKETCHED = 50_000


@dataclass(frozen=True, slots=True)
class RunPage:
    """`live` while the run goes on or a link waits, then asked for `every` so many seconds.

    `rows` are the tree, or where `part` is given one page of a list; `marks` stand over their
    timeline. `more_actions` where some are left out. `resting` is what could not be resolved.
    """

    run: Run
    phase: ShownPhase
    took: str
    neighbours: Neighbours
    tools: list[ToolChips]
    rows: list[ActionRow | GroupRow]
    marks: Sequence[str]
    phases: Sequence[PhaseCount]
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
    shown = _outline(run, now) if part is None else _list(run, part, now)
    actions = [placed.alike[0] for placed in shown.rows if len(placed.alike) == 1]
    links = links_of_run(run, now=now, actions=[(each.pk, each.name) for each in actions])
    toolbox = Toolbox.load()
    own = make_chips([link for link in links if not link.action], toolbox)
    source_url = _safe(run.source_url)
    return RunPage(
        run=run,
        phase=shown_phase(run.phase),
        took=took(run.started_at, run.ended_at, now),
        neighbours=neighbours_of(run),
        tools=by_tool(own),
        rows=_rows(run, shown, actions, links, toolbox, now),
        marks=shown.scale.marks if shown.scale else (),
        phases=shown.phases,
        part=shown.part,
        more_actions=shown.more,
        facts=facts_of_run(run),
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


class _Timed(Protocol):
    """A run, an action or the sketch of one."""

    @property
    def started_at(self) -> datetime | None: ...

    @property
    def ended_at(self) -> datetime | None: ...


class _Shown(NamedTuple):
    """What is shown of a run's actions, `read` of them for it, and whether there are more."""

    rows: Sequence[Placed]
    read: int
    more: bool
    phases: Sequence[PhaseCount]
    scale: Scale | None
    part: ActionList | None = None


def _outline(run: Run, now: datetime) -> _Shown:
    """The tree: what is alone in a row has its links, all else is only counted."""
    found = sketches(run, MOST_SKETCHED + 1)
    placed = list(outline(found[:MOST_SKETCHED], now))
    more = len(placed) > MOST_ACTIONS or len(found) > MOST_SKETCHED
    phases = phase_counts(run, (each.phase for each in found), {})
    return _Shown(placed[:MOST_ACTIONS], len(found), more, phases, _scale(run, found, now))


def _list(run: Run, part: Part, now: datetime) -> _Shown:
    """One page of the actions that the address asks for."""
    actions, listed = part.read(run)
    rows = [Placed(0, [action]) for action in actions]
    return _Shown(rows, len(actions), False, listed.phases, _scale(run, actions, now), listed)


def _scale(run: Run, actions: Sequence[_Timed], now: datetime) -> Scale | None:
    """From the first beginning to the last end, which is now while anything goes on."""
    begun = [each.started_at for each in (run, *actions)]
    if not any(begun):
        return None
    goes_on = can_change(run.phase)
    return Scale.of(
        [*begun, *(each.ended_at for each in (run, *actions)), now if goes_on else None]
    )


def _safe(url: str) -> str:
    """The address in the back end that recorded the run, where the URL policy lets it be shown.

    What came with a run is judged without the tools.
    """
    if not url:
        return ""
    refused = check_url(url, origin=HostOrigin.ATTACHED, policy=url_policy(()))
    return "" if refused else url


def _rows(
    run: Run,
    shown: _Shown,
    actions: Sequence[Sketch],
    links: Sequence[ShownLink],
    toolbox: Toolbox,
    now: datetime,
) -> list[ActionRow | GroupRow]:
    tried = histories([action.pk for action in actions])
    by_action: dict[str, list[ShownLink]] = defaultdict(list)
    for link in links:
        by_action[link.action or ""].append(link)

    def row(placed: Placed) -> ActionRow | GroupRow:
        if len(placed.alike) > 1:
            return group_row(run, placed, shown.scale, now)
        action = placed.alike[0]
        history, own = tried.get(action.pk, NOT_TRIED), by_action[action.name]
        return action_row(run, placed.depth, action, history, own, toolbox, shown.scale, now)

    return [row(placed) for placed in shown.rows]
