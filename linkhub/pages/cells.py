"""The cells of a table of runs: a run's links for one tool, as one chip and a menu of the rest.

Markup and not a template: a page has hundreds of them (`markup.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe

from linkhub.pages.chips import Chip
from linkhub.pages.markup import chip, plain_name
from linkhub.pages.tools import ToolFace

MOST_IN_MENU = 20
BARE = '<td class="cell bare"><span class="none" aria-hidden="true">&ndash;</span></td>'


@dataclass(frozen=True, slots=True)
class Cell:
    """A run's links for one tool; those beyond the menu are on the run's page."""

    tool: ToolFace
    chips: Sequence[Chip]

    @property
    def first(self) -> Chip | None:
        return self.chips[0] if self.chips else None


def cells_of(chips: Iterable[Chip], tools: Sequence[ToolFace]) -> list[Cell]:
    """A cell for each tool, in the order of the links."""
    own: dict[str, list[Chip]] = defaultdict(list)
    for each in chips:
        own[each.tool.name].append(each)
    return [Cell(tool, own.get(tool.name, ())) for tool in tools]


def in_markup(cells: Sequence[Cell], *, dom_id: str, run: str, href: str) -> SafeString:
    """The cells of the run of this name; `href` is its page, `dom_id` the id of its row.

    A menu has an id, so that it stays open when the page updates.
    """
    return mark_safe("".join(_markup(cells, dom_id, run, href)))  # noqa: S308 (escaped below)


def _markup(cells: Sequence[Cell], dom_id: str, run: str, href: str) -> Iterator[str]:
    for number, cell in enumerate(cells):
        if cell.first is None:
            yield BARE
            continue
        yield f'<td class="cell">{chip(cell.first, with_icon=True)}'
        if more := len(cell.chips) - 1:
            label = f"{more} more {plain_name(cell.tool.title)} links of {plain_name(run)}"
            yield (
                f'<details class="menu floating" id="{dom_id}-menu-{number}">'
                f'<summary aria-label="{escape(label)}">+{more}</summary><div class="items">'
            )
            for each in cell.chips[1 : MOST_IN_MENU + 1]:
                yield chip(each, with_icon=False)
            yield f'<a class="item" href="{escape(href)}">All links of this run</a></div></details>'
        yield "</td>"
