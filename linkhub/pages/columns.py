"""Which tools are the columns of a table of runs: those of its links, or the viewer's choice.

The choice stands in the address, tool by tool in order, so that it can be kept and shared.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from linkhub.links.filters import CUSTOM as CUSTOM_NAME
from linkhub.pages.address import Address
from linkhub.pages.asked import MOST_COLUMNS, Asked
from linkhub.pages.tools import CUSTOM, Toolbox, ToolFace


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """One line of the menu; an address is `""` where it would lead nowhere."""

    tool: ToolFace
    shown: bool
    toggle: str
    earlier: str = ""
    later: str = ""


@dataclass(frozen=True, slots=True)
class ColumnMenu:
    """`reset` leads back to the tools of the links, `""` where none were chosen."""

    choices: list[ColumnChoice]
    reset: str


def shown_tools(
    chosen: Sequence[str], found: Iterable[ToolFace], toolbox: Toolbox
) -> list[ToolFace]:
    """The columns from left to right: those chosen by name, else the tools that were found."""
    if not chosen:
        return sorted(set(found), key=lambda tool: tool.position)
    named = [toolbox.named(name) for name in chosen]
    return [tool for tool in named if tool is not None]


def column_menu(asked: Asked, shown: Sequence[ToolFace], toolbox: Toolbox) -> ColumnMenu:
    """What is shown, in order, then all other tools."""
    names = [name_of(tool) for tool in shown]
    others = [tool for tool in [*toolbox.all(), CUSTOM] if tool not in shown]
    choices = [_shown(asked.address, names, at, tool) for at, tool in enumerate(shown)]
    if len(names) < MOST_COLUMNS:
        choices += [
            ColumnChoice(tool, False, _with(asked.address, [*names, name_of(tool)]))
            for tool in others
        ]
    return ColumnMenu(choices, _with(asked.address, []) if asked.columns else "")


def name_of(tool: ToolFace) -> str:
    """As filters name it too."""
    return tool.name or CUSTOM_NAME


def _shown(address: Address, names: list[str], at: int, tool: ToolFace) -> ColumnChoice:
    without = names[:at] + names[at + 1 :]
    return ColumnChoice(
        tool,
        True,
        toggle=_with(address, without) if without else "",
        earlier=_with(address, _moved(without, at - 1, names[at])) if at else "",
        later=_with(address, _moved(without, at + 1, names[at])) if at < len(without) else "",
    )


def _moved(names: list[str], to: int, name: str) -> list[str]:
    return [*names[:to], name, *names[to:]]


def _with(address: Address, names: list[str]) -> str:
    return str(address.having("column", *names))
