"""What a chat shows of a pasted address: a card that says what kind of page it is, and no more.

A chat's robot is not signed in and lands on the sign-in page, as everybody does. The card is made
of the address's shape alone; it is the same for what is there, what is hidden and what never was,
and repeats no name: in a card, words of an address would look like LinkHub's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from linkhub.pages.go_addresses import resolved

KINDS: Final[Mapping[str, str]] = {
    "project": "A project",
    "project_links": "Links of a project's workflows",
    "workflow": "A workflow",
    "run": "A run",
    "action": "A step of a run",
    "links": "All workflow links",
    "go_project": "A link of a project",
    "go_run": "A link of a run",
    "go_action": "A link of a run",
    "view": "A saved view",
    "find": "A search",
}


@dataclass(frozen=True, slots=True)
class Card:
    title: str
    description: str


def card_of(address: str) -> Card:
    """The card of one of LinkHub's own addresses; a plain one for any other text."""
    found = resolved(address)
    kind = KINDS.get(found[0].url_name or "") if found else None
    if kind is None:
        return Card("LinkHub", "The right links for every workflow run, in one place.")
    return Card(f"{kind} · LinkHub", "Sign in to see it.")
