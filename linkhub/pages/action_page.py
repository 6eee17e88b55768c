"""What an action's page shows: links, attempts with their pods, and why a link is not ready."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from linkhub.links.explained import Explained, explained
from linkhub.links.explaining import explain_action
from linkhub.links.load import load_units
from linkhub.links.models import State
from linkhub.links.read import ShownLink, links_of_action
from linkhub.links.resting import Resting, resting_of_run
from linkhub.pages import addresses
from linkhub.pages.chips import Chip, ToolChips, by_tool, make_chips, may_still_change
from linkhub.pages.facts import Fact, as_facts
from linkhub.pages.phases import ShownPhase, can_change, shown_phase
from linkhub.pages.timeline import Bar, Scale, Tried
from linkhub.pages.times import took
from linkhub.pages.tools import Toolbox
from linkhub.runs.models import Action, Attempt, Pod, Run
from linkhub.runs.pending import Unit

MOST_ATTEMPTS = 50
MOST_PODS = 500
PARENT = "parent "


@dataclass(frozen=True, slots=True)
class PodRow:
    pod: Pod
    chips: list[Chip]


@dataclass(frozen=True, slots=True)
class AttemptPanel:
    attempt: Attempt
    phase: ShownPhase
    took: str
    bar: Bar | None
    pods: list[PodRow]


@dataclass(frozen=True, slots=True)
class NotReady:
    """A link that leads nowhere now, and why."""

    key: str
    name: str
    state: str
    reason: str
    href: str


@dataclass(frozen=True, slots=True)
class ActionPage:
    """`context_origin` says in words whose context it is, `context_href` leads to that."""

    run: Run
    run_href: str
    action: Action
    phase: ShownPhase
    took: str
    tools: list[ToolChips]
    not_ready: list[NotReady]
    attempts: list[AttemptPanel]
    facts: list[Fact]
    labels: list[Fact]
    context: list[Fact]
    context_origin: str
    context_href: str
    task_config: list[Fact]
    resting: list[Resting]
    explained: Explained | None
    href: str
    live: bool
    now: datetime


def action_page(run: Run, action: Action, *, explain: str | None, now: datetime) -> ActionPage:
    """`explain` is a key, or empty for all; with None nothing is explained."""
    toolbox = Toolbox.load()
    links = links_of_action(action, now=now)
    unit = Unit(run.project_id, run.pk, action.pk)
    facts = load_units([unit])[unit].action
    origin, origin_href = _whose(run, facts.context_from if facts else "")
    return ActionPage(
        run=run,
        run_href=addresses.of_run(run),
        action=action,
        phase=shown_phase(action.phase),
        took=took(action.started_at, action.ended_at, now),
        tools=by_tool(make_chips(links, toolbox)),
        not_ready=[_not_ready(link) for link in links if link.state != State.READY],
        attempts=_attempts(action, links, toolbox, now),
        facts=_facts(action),
        labels=as_facts(action.labels),
        context=as_facts(facts.context if facts else {}),
        context_origin=origin,
        context_href=origin_href,
        task_config=as_facts(action.task_config),
        resting=resting_of_run(run, action.pk),
        explained=None
        if explain is None
        else explained(explain_action(action, now=now, key=explain or None), explain),
        href=addresses.of_action(run, action.name),
        live=can_change(action.phase) or may_still_change(links),
        now=now,
    )


def _whose(run: Run, context_from: str) -> tuple[str, str]:
    """Whose context it is, and that one's page; `context_from` as in `resolving.facts`."""
    if context_from == "action":
        return "its own", ""
    if context_from.startswith(PARENT):
        ancestor = context_from.removeprefix(PARENT)
        return f"from action {ancestor}", addresses.of_action(run, ancestor)
    return "from the run", addresses.of_run(run)


def _not_ready(link: ShownLink) -> NotReady:
    return NotReady(
        link.key, link.name or link.key, link.state, link.reason, addresses.of_reason(link)
    )


def _attempts(
    action: Action, links: Iterable[ShownLink], toolbox: Toolbox, now: datetime
) -> list[AttemptPanel]:
    """The newest attempts, the newest first, each with its pods, the primary one first."""
    of_pod: dict[tuple[int | None, str], list[ShownLink]] = defaultdict(list)
    for link in links:
        if link.pod:
            of_pod[link.attempt, link.pod].append(link)
    attempts = list(action.attempts.order_by("-number")[:MOST_ATTEMPTS])
    pods: dict[int, list[PodRow]] = defaultdict(list)
    numbers = {attempt.pk: attempt.number for attempt in attempts}
    found = Pod.objects.filter(attempt__in=attempts)
    for pod in found.order_by("-attempt__number", "-primary", "worker_index", "name")[:MOST_PODS]:
        own = of_pod[numbers[pod.attempt_id], pod.name]
        pods[pod.attempt_id].append(PodRow(pod, make_chips(own, toolbox)))
    scale = Scale.of(_moments(action, attempts, now))
    return [
        AttemptPanel(
            attempt=attempt,
            phase=shown_phase(attempt.phase),
            took=took(attempt.started_at, attempt.ended_at, now),
            bar=scale.bar([_tried(attempt)], now) if scale and len(attempts) > 1 else None,
            pods=pods[attempt.pk],
        )
        for attempt in attempts
    ]


def _moments(action: Action, attempts: Iterable[Attempt], now: datetime) -> list[datetime | None]:
    """When anything of the action was, which is now too while it goes on."""
    found = [each for one in attempts for each in (one.started_at, one.ended_at)]
    return [*found, now if can_change(action.phase) and any(found) else None]


def _tried(attempt: Attempt) -> Tried:
    return Tried(attempt.number, attempt.phase, attempt.started_at, attempt.ended_at)


def _facts(action: Action) -> list[Fact]:
    facts = [
        Fact("Task", action.task.name if action.task else ""),
        Fact("Version", action.task_version),
        Fact("Type", action.task_type),
        Fact(
            "Parent",
            action.parent,
            addresses.of_action(action.run, action.parent) if action.parent else "",
        ),
    ]
    return [fact for fact in facts if fact.value]
