"""The cells of a table of runs: a run's links for one tool, as one chip and a menu of the rest.

Markup and not a template: a page has hundreds of them (`markup.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import NamedTuple

from linkhub.pages.chips import KEPT_UNITS, Chip, UnitChips
from linkhub.pages.markup import chip, plain_name
from linkhub.pages.tools import ToolFace

MOST_IN_MENU = 20
BARE = '<td class="cell bare"><span class="none" aria-hidden="true">&ndash;</span></td>'


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """The tools from left to right. The same tools are the same object: see `columns_of`."""

    tools: tuple[ToolFace, ...]


class RowPlace(NamedTuple):
    """`dom_id` is the row's, by which a menu stays open when the page updates; `href` leads to
    the run's page."""

    dom_id: str
    run: str
    href: str


@lru_cache(maxsize=64)
def columns_of(tools: tuple[ToolFace, ...]) -> Columns:
    return Columns(tools)


def by_column(chips: Iterable[Chip], tools: Iterable[ToolFace]) -> list[Sequence[Chip]]:
    """For each tool its links, in their order."""
    own: dict[str, list[Chip]] = defaultdict(list)
    for each in chips:
        own[each.tool.name].append(each)
    return [own.get(tool.name, ()) for tool in tools]


def cells_of(units: tuple[UnitChips, ...], columns: Columns, at: RowPlace) -> str:
    """The cells of a run in markup. Of chips that are kept, the cells are kept with them."""
    make = _kept_cells if all(unit.kept for unit in units) else _cells
    return make(units, columns, at)


def _cells(units: tuple[UnitChips, ...], columns: Columns, at: RowPlace) -> str:
    found = by_column((each for unit in units for each in unit.chips), columns.tools)
    return "".join(
        _cell(chips, tool, number, at)
        for number, (chips, tool) in enumerate(zip(found, columns.tools, strict=True))
    )


_kept_cells = lru_cache(maxsize=KEPT_UNITS)(_cells)


def _cell(chips: Sequence[Chip], tool: ToolFace, number: int, at: RowPlace) -> str:
    """Those beyond the menu are on the run's page."""
    if not chips:
        return BARE
    return f'<td class="cell">{chip(chips[0], with_icon=True)}{_menu(chips, tool, number, at)}</td>'


def _menu(chips: Sequence[Chip], tool: ToolFace, number: int, at: RowPlace) -> str:
    more = len(chips) - 1
    if not more:
        return ""
    label = f"{more} more {plain_name(tool.title)} links of {plain_name(at.run)}"
    others = "".join(chip(each, with_icon=False) for each in chips[1 : MOST_IN_MENU + 1])
    return (
        f'<details class="menu floating" id="{at.dom_id}-menu-{number}">'
        f'<summary aria-label="{escape(label)}">+{more}</summary><div class="items">{others}'
        f'<a class="item" href="{escape(at.href)}">All links of this run</a></div></details>'
    )
