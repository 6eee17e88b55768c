"""Links as chips: what a page shows of one link, ready for the template."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from linkhub.links.kept import UnitLinks
from linkhub.links.models import State
from linkhub.links.read import ShownLink
from linkhub.pages import addresses
from linkhub.pages.clicks import click_of
from linkhub.pages.icons import Icon, find_icon
from linkhub.pages.places import Places
from linkhub.pages.tools import Toolbox, ToolFace

# What a viewer was never meant to see now; the action's page lists them with their reasons.
OUT_OF_SIGHT = frozenset({State.HIDDEN, State.EXPIRED})
NOT_YET = frozenset({State.WAITING})
# What pages make of single links that a process keeps: some kilobytes each.
KEPT = 5_000
# Units whose chips a process keeps, and rows whose cells; only of those with few links.
KEPT_UNITS, MOST_OF_UNIT = 2_000, 40


@dataclass(frozen=True, slots=True)
class Chip:
    """One link. `href` leads to the tool where the link is ready, else to why it is not.

    `at` tells links of the same key apart: the attempt, the pod. `reason` stands in the title
    and for screen readers. `click` is what a beacon says when it is followed (`clicks.py`).
    `broken` says what a check found wrong with where it leads, and when.
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
    click: str = ""
    broken: str = ""

    @property
    def ready(self) -> bool:
        return self.state == State.READY


@dataclass(frozen=True, slots=True, eq=False)
class UnitChips:
    """The chips of one unit's links, and whether these may still change.

    Each is equal to itself alone. `kept`: the next look at the same links gets the same one.
    """

    chips: tuple[Chip, ...]
    live: bool
    kept: bool


@dataclass(frozen=True, slots=True)
class ToolChips:
    """The links of one tool."""

    tool: ToolFace
    chips: list[Chip]


def make_chips(links: Sequence[ShownLink], toolbox: Toolbox) -> list[Chip]:
    """Chips of the links that are in sight, in their order."""
    shown = [link for link in links if link.state not in OUT_OF_SIGHT]
    places = Places(shown)
    return [_chip(link, toolbox.of(link), places.of(link)) for link in shown]


def chips_of_unit(links: Sequence[ShownLink], toolbox: Toolbox) -> UnitChips:
    """The same for one unit; of links that are kept, the chips are kept with them."""
    if isinstance(links, UnitLinks) and len(links) <= MOST_OF_UNIT:
        return _kept_chips(links, toolbox)
    return UnitChips(tuple(make_chips(links, toolbox)), may_still_change(links), kept=False)


@lru_cache(maxsize=KEPT_UNITS)
def _kept_chips(links: UnitLinks, toolbox: Toolbox) -> UnitChips:
    return UnitChips(tuple(make_chips(links, toolbox)), may_still_change(links), kept=True)


def by_tool(chips: Iterable[Chip]) -> list[ToolChips]:
    groups: dict[ToolFace, list[Chip]] = defaultdict(list)
    for chip in chips:
        groups[chip.tool].append(chip)
    ordered = sorted(groups, key=lambda tool: tool.position)
    return [ToolChips(tool, groups[tool]) for tool in ordered]


def may_still_change(links: Iterable[ShownLink]) -> bool:
    return any(link.state in NOT_YET or link.updating for link in links)


def poll_seconds(rows: int) -> int:
    """How often a page asks for itself: a long one costs the server more, and changes slower."""
    return 2 if rows <= 100 else 10


# The same links are shown again and again, by every look at a list: what is the same is kept.
@lru_cache(maxsize=KEPT)
def _chip(link: ShownLink, tool: ToolFace, at: str) -> Chip:
    ready = link.state == State.READY and link.url is not None
    own_icon = find_icon("", link.icon)
    return Chip(
        name=link.name or link.key,
        href=link.url if ready and link.url else addresses.of_reason(link),
        state=link.state,
        reason=reason_of(link),
        at=at,
        icon=own_icon if own_icon.symbol else tool.icon,
        new_tab=link.new_tab and ready,
        updating=link.updating,
        tool=tool,
        description=link.description,
        click=click_of(link) if ready else "",
        broken=broken_of(link),
    )


def broken_of(link: ShownLink) -> str:
    """What is wrong with where the link leads, and when that was found; empty for nothing."""
    if not link.broken or link.checked_at is None:
        return ""
    return f"It {link.broken}, when asked on {link.checked_at:%Y-%m-%d at %H:%M} UTC"


def reason_of(link: ShownLink) -> str:
    """Why a link is not ready, or what there is to say of one that is."""
    if link.state == State.READY:
        return " ".join([link.description, *link.notes]).strip()
    return link.reason or f"needs {', '.join(link.missing)}" if link.missing else link.reason
