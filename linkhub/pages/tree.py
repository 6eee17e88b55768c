"""A run's actions in the order in which its page shows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TypeVar

from linkhub.runs.tree import Node, Tree

N = TypeVar("N", bound=Node)


def in_tree_order(nodes: Sequence[N]) -> list[tuple[int, N]]:
    """Each node with its depth: parents before children, siblings in the order given."""
    parents = Tree(nodes).parents
    children: dict[str | None, list[N]] = defaultdict(list)
    for node in nodes:
        children[parents[node.name]].append(node)
    placed = []
    stack = [(0, node) for node in reversed(children[None])]
    while stack:
        depth, node = stack.pop()
        placed.append((depth, node))
        stack += [(depth + 1, child) for child in reversed(children[node.name])]
    return placed
