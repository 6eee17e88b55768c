"""What actions take from above them: their context, and the end of what contains them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models.expressions import RawSQL

from linkhub.lib.phases import is_terminal
from linkhub.links.resolving.facts import RunFacts
from linkhub.runs.models import Action
from linkhub.runs.tree import Tree

# UNION, not UNION ALL: a cycle of parents must come to an end.
WITH_ANCESTORS = """
    WITH RECURSIVE up (id, run_id, parent) AS (
        SELECT id, run_id, parent FROM runs_action WHERE id = ANY(%s)
        UNION
        SELECT a.id, a.run_id, a.parent
        FROM up JOIN runs_action AS a ON a.run_id = up.run_id AND a.name = up.parent
        WHERE up.parent <> ''
    )
    SELECT id FROM up
"""


@dataclass(frozen=True, slots=True)
class Node:
    """The little that inheritance needs of an action."""

    name: str
    parent: str
    context: Mapping[str, str] | None
    phase: str | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Inherited:
    """The context that counts for an action, whose it is, and the end of what contains it."""

    context: Mapping[str, str]
    context_from: str
    container_terminal: bool
    container_ended_at: datetime | None


def load_trees(known: Mapping[int, Mapping[int, Node]]) -> dict[int, Tree[Node]]:
    """By run id, the actions that are `known` (by id) and all that is above them: one query.

    None at all where it is known already: mostly a whole run is resolved at once.
    """
    nodes = {run: {node.name: node for node in own.values()} for run, own in known.items()}
    apart = [
        pk
        for run, own in known.items()
        for pk, node in own.items()
        if node.parent and node.parent not in nodes[run]
    ]
    for run, node in _with_ancestors(apart) if apart else ():
        nodes[run].setdefault(node.name, node)
    return {run: Tree(own.values()) for run, own in nodes.items()}


def _with_ancestors(action_ids: Sequence[int]) -> Iterator[tuple[int, Node]]:
    ids = RawSQL(WITH_ANCESTORS, [list(action_ids)])  # noqa: S611 (no text of ours goes in)
    rows = Action.objects.filter(pk__in=ids)
    columns = ("run_id", "name", "parent", "context", "phase", "ended_at")
    for run_id, *node in rows.values_list(*columns):
        yield run_id, Node(*node)


def inherit(node: Node, ancestors: Sequence[Node], run: RunFacts) -> Inherited:
    """`ancestors` with the nearest first. Values are never merged: the nearest context counts."""
    context, context_from = _context(node, ancestors, run)
    ends = [one.ended_at for one in ancestors if is_terminal(one.phase)]
    ends += [run.ended_at] if is_terminal(run.phase) else []
    return Inherited(context, context_from, bool(ends), _earliest(ends))


def _context(node: Node, ancestors: Sequence[Node], run: RunFacts) -> tuple[Mapping[str, str], str]:
    if node.context is not None:
        return node.context, "action"
    for ancestor in ancestors:
        if ancestor.context is not None:
            return ancestor.context, f"parent {ancestor.name}"
    return run.context, "run" if run.context else ""


def _earliest(ends: Iterable[datetime | None]) -> datetime | None:
    return min((end for end in ends if end is not None), default=None)
