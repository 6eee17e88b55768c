"""The providers as the editor shows them: by group, and what may be completed in a template."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from linkhub.links import providers
from linkhub.links.language.catalogue import MAPS, VARIABLES
from linkhub.links.language.filters import FILTERS
from linkhub.links.providers import Provider


@dataclass(frozen=True, slots=True)
class Card:
    """One provider; `words` is what a search finds it by."""

    kind: str
    label: str
    icon: str
    help: str
    level: str
    words: str


@dataclass(frozen=True, slots=True)
class Word:
    """Something that a template can say; `hint` says what it is."""

    text: str
    hint: str


def cards_by_group() -> list[tuple[str, list[Card]]]:
    groups: dict[str, list[Card]] = defaultdict(list)
    for one in providers.all():
        groups[one.group].append(_card(one))
    return [
        (name, sorted(cards, key=lambda each: each.label)) for name, cards in sorted(groups.items())
    ]


def _card(one: Provider) -> Card:
    words = f"{one.label} {one.kind} {one.tool_kind} {one.group} {one.help}".lower()
    return Card(one.kind, one.label, one.icon, one.help, str(one.level), words)


def names() -> list[Word]:
    """Every variable, and every map with the beginning of its keys."""
    variables = [Word(each.name, each.meaning) for each in VARIABLES]
    return variables + [Word(f"{each.name}.", each.meaning) for each in MAPS]


def filters() -> list[Word]:
    return [Word(each.usage[0], each.meaning) for each in FILTERS.values()]
