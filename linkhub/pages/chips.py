"""Links as chips: what a page shows of one link, ready for the template."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from linkhub.links.models import State
from linkhub.links.read import ShownLink
from linkhub.pages import addresses
from linkhub.pages.icons import Icon, find_icon
from linkhub.pages.tools import Toolbox, ToolFace

# What a viewer was never meant to see now; the action's page lists them with their reasons.
OUT_OF_SIGHT = frozenset({State.HIDDEN, State.EXPIRED})
NOT_YET = frozenset({State.WAITING})


@dataclass(frozen=True, slots=True)
class Chip:
    """One link. `href` leads to the tool where the link is ready, else to why it is not.

    `at` tells links of the same key apart: the attempt, the pod. `reason` stands in the title
    and for screen readers.
    """

    name: str
    href: str
    state: str
    reason: str
    at: str
    icon: Icon
    new_tab: bool
    updating: bool
    tool: ToolFace
    description: str = ""

    @property
    def ready(self) -> bool:
        return self.state == State.READY


@dataclass(frozen=True, slots=True)
class ToolChips:
    """The links of one tool."""

    tool: ToolFace
    chips: list[Chip]


def make_chips(links: Sequence[ShownLink], toolbox: Toolbox) -> list[Chip]:
    """Chips of the links that are in sight, in their order."""
    shown = [link for link in links if link.state not in OUT_OF_SIGHT]
    places = _places(shown)
    return [_chip(link, toolbox, _at(link, places)) for link in shown]


def by_tool(chips: Iterable[Chip]) -> list[ToolChips]:
    groups: dict[ToolFace, list[Chip]] = defaultdict(list)
    for chip in chips:
        groups[chip.tool].append(chip)
    ordered = sorted(groups, key=lambda tool: tool.position)
    return [ToolChips(tool, groups[tool]) for tool in ordered]


def may_still_change(links: Iterable[ShownLink]) -> bool:
    return any(link.state in NOT_YET or link.updating for link in links)


def _chip(link: ShownLink, toolbox: Toolbox, at: str) -> Chip:
    tool = toolbox.of(link)
    ready = link.state == State.READY and link.url is not None
    own_icon = find_icon("", link.icon)
    return Chip(
        name=link.name or link.key,
        href=link.url if ready and link.url else addresses.of_reason(link),
        state=link.state,
        reason=_reason(link),
        at=at,
        icon=own_icon if own_icon.symbol else tool.icon,
        new_tab=link.new_tab and ready,
        updating=link.updating,
        tool=tool,
        description=link.description,
    )


def _reason(link: ShownLink) -> str:
    if link.state == State.READY:
        return " ".join([link.description, *link.notes]).strip()
    return link.reason or f"needs {', '.join(link.missing)}" if link.missing else link.reason


Places = dict[tuple[str | None, str], set[tuple[int | None, str | None]]]


def _places(links: Iterable[ShownLink]) -> Places:
    """For each action and key, the attempts and pods that have it."""
    places: Places = defaultdict(set)
    for link in links:
        places[link.action, link.key].add((link.attempt, link.pod))
    return places


def _at(link: ShownLink, places: Places) -> str:
    """What tells a link from others of its key: nothing where it is the only one."""
    mine = places[link.action, link.key]
    attempts = {attempt for attempt, _ in mine}
    pods = {pod for attempt, pod in mine if attempt == link.attempt and pod}
    parts = []
    if len(attempts) > 1 and link.attempt:
        parts.append(f"attempt {link.attempt}")
    if len(pods) > 1 and link.pod:
        parts.append(_tail(link.pod, pods))
    return " · ".join(parts)


def _tail(pod: str, pods: Iterable[str]) -> str:
    """The end of a pod's name where it starts to differ from its neighbours'."""
    names = list(pods)
    common = 0
    while all(len(name) > common and name[common] == pod[common] for name in names):
        common += 1
    start = pod.rfind("-", 0, common) + 1
    if pod[start:].isdigit():
        # A bare number says little: `worker-0`, not `0`.
        start = pod.rfind("-", 0, max(start - 1, 0)) + 1
    return pod[start:] or pod
