"""Which of several links with one key a subject gets: the layers and their precedence.

A layer takes part where it is enabled, selected and its rules hold. The highest that takes part
wins, whatever the state of its link.
"""

from __future__ import annotations

from typing import Final

from linkhub.links.resolving.facts import AttachedFacts

LAYERS: Final = ("emitted", "override", "task", "project", "instance")
"""The highest first."""

RANK: Final = {layer: rank for rank, layer in enumerate(LAYERS)}
LEVELS: Final = ("project", "run", "action", "attempt", "pod")
"""The widest first."""

_DEPTH: Final = {level: depth for depth, level in enumerate(LEVELS)}


def level_of(attached: AttachedFacts, home: str) -> str:
    """The level of an attached link: its pod's or attempt's where one is given, else the one it
    asks for, never wider than `home`, what it is attached to."""
    named = "pod" if attached.pod else "attempt" if attached.attempt else home
    return max(named, attached.body.get("level") or home, home, key=_DEPTH.__getitem__)


def order_of(attached: AttachedFacts, *, own: bool) -> tuple[int, bool, bool, bool, int]:
    """Sorts attached links, the winner first: by layer; what is attached to the action before
    what its run has for all actions; what names its pod or attempt first; then as listed."""
    return (
        RANK[attached.origin],
        not own,
        not attached.pod,
        not attached.attempt,
        attached.position,
    )
