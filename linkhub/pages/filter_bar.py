"""The filters of a list as they are shown: what holds now as chips, and the ways to change it.

Everything is an address or a plain form that is sent by GET, so it works without JavaScript.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

from linkhub.lib.visible import plain
from linkhub.links.filters import CUSTOM, Filters, PhaseName, StateName
from linkhub.pages.asked import BY_WORKFLOW, Asked
from linkhub.pages.tools import Toolbox

# What is shown beside a free text, and how it is asked for.
FIELDS = {
    "project": ("Project", "text", ""),
    "domain": ("Domain", "text", "development"),
    "workflow": ("Workflow", "text", ""),
    "task": ("Task", "text", ""),
    "user": ("Launched by", "text", ""),
    "label": ("Label", "text", "team=vision"),
    "key": ("Link key", "text", "pod-logs"),
    "since": ("Created since (UTC)", "date", ""),
    "until": ("Created before (UTC)", "date", ""),
}
# One of each is enough, so a new one replaces the old.
DATES = ("since", "until")
DAY_LENGTH = len("2026-01-05")


@dataclass(frozen=True, slots=True)
class Choice:
    """A word that leads to the list with or without it."""

    word: str
    href: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class FilterMenu:
    name: str
    title: str
    choices: list[Choice]


@dataclass(frozen=True, slots=True)
class FilterChip:
    """A filter that holds; `href` leads to the list without it."""

    name: str
    value: str
    href: str


@dataclass(frozen=True, slots=True)
class FilterField:
    """An input; `value` is what it replaces, `""` where it adds one more."""

    name: str
    label: str
    kind: str
    example: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class FilterBar:
    """`kept` are the other parts of the address that the form of `fields` sends along, by name
    and value, `kept_by_words` those that the box of `words` does. `to_come` is how many units are
    still to be resolved before filters of links are exact.
    """

    chips: list[FilterChip]
    clear: str
    menus: list[FilterMenu]
    fields: list[FilterField]
    kept: tuple[tuple[str, str], ...]
    kept_by_words: tuple[tuple[str, str], ...]
    words: str
    action: str
    orders: list[Choice]
    grouping: Choice | None
    csv: str
    address: str
    refused: list[str]
    to_come: int = 0


def filter_bar(asked: Asked, toolbox: Toolbox, *, to_come: int, groups: bool = True) -> FilterBar:
    address = asked.address
    top = address.from_top()
    tools = [*(tool.name for tool in toolbox.all()), CUSTOM]
    return FilterBar(
        chips=list(_chips(asked)),
        clear=str(top.without(Filters.model_fields)),
        menus=[
            _menu(asked, "phase", "Phase", get_args(PhaseName)),
            _menu(asked, "tool", "Tool", tools),
            _menu(asked, "state", "Link state", get_args(StateName)),
        ],
        fields=[_field(asked, name) for name in FIELDS if name not in asked.fixed],
        kept=top.without(DATES).query,
        kept_by_words=top.having("q").query,
        words=next(iter(address.all("q")), ""),
        action=address.path,
        orders=[
            Choice(word, str(top.having("order", value)), asked.order == (value or "-created"))
            for word, value in (("Created", ""), ("Ended", "-ended"))
        ],
        grouping=_grouping(asked) if groups else None,
        csv=str(address.without(["show"]).having("format", "csv")),
        address=str(top),
        refused=asked.refused,
        to_come=to_come,
    )


def is_filtered(asked: Asked) -> bool:
    """Whether a filter of the address holds."""
    return any(_chips(asked))


def _field(asked: Asked, name: str) -> FilterField:
    label, kind, example = FIELDS[name]
    value = next(iter(asked.address.all(name)), "") if name in DATES else ""
    # A time of the day is none that an input of days could hold.
    kind = "text" if len(value) > DAY_LENGTH else kind
    return FilterField(name, label, kind, example, value)


def _grouping(asked: Asked) -> Choice:
    group = "" if asked.grouped else BY_WORKFLOW
    return Choice("By workflow", str(asked.address.having("group", group)), asked.grouped)


def _chips(asked: Asked) -> Iterator[FilterChip]:
    """Every filter of the address, also one that makes no sense, so that it can be removed."""
    for name, value in dict.fromkeys(asked.address.query):
        if name in Filters.model_fields and name not in asked.fixed:
            yield FilterChip(name, plain(value), str(asked.address.toggling(name, value)))


def _menu(asked: Asked, name: str, title: str, values: tuple[str, ...] | list[str]) -> FilterMenu:
    held = set(asked.address.all(name))
    choices = [
        Choice(
            value.replace("_", " ") if name != "tool" else value,
            str(asked.address.toggling(name, value)),
            value in held,
        )
        for value in values
    ]
    return FilterMenu(name, title, choices)
