"""A run's tree of actions, from parents that are stored by name.

A parent that is not recorded counts as no parent, and so does a cycle: each action on one is a
root. Pure: works on any row with a name, a parent and a context.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Generic, Protocol, TypeVar


class Node(Protocol):
    """What the tree needs to know of an action; `context` is None where none was recorded."""

    @property
    def name(self) -> str: ...

    @property
    def parent(self) -> str: ...

    @property
    def context(self) -> object | None: ...


N = TypeVar("N", bound=Node)


class Tree(Generic[N]):
    def __init__(self, nodes: Iterable[N]) -> None:
        self.nodes: dict[str, N] = {node.name: node for node in nodes}
        self.parents: Mapping[str, str | None] = _parents(self.nodes)
        self._children: dict[str | None, list[str]] = defaultdict(list)
        for name, parent in self.parents.items():
            self._children[parent].append(name)

    def ancestors(self, name: str) -> list[N]:
        """The action's ancestors, the nearest first."""
        found = []
        parent = self.parents.get(name)
        while parent is not None:
            found.append(self.nodes[parent])
            parent = self.parents[parent]
        return found

    def descendants(
        self, name: str | None, through: Callable[[N], bool] = lambda _: True
    ) -> list[N]:
        """Everything below `name` (None: the run itself), as far as `through` lets pass."""
        found = []
        waiting = list(self._children[name])
        while waiting:
            node = self.nodes[waiting.pop()]
            if through(node):
                found.append(node)
                waiting.extend(self._children[node.name])
        return found

    def takers_of_context(self, name: str | None) -> list[N]:
        """The actions whose context is that of `name` (None: of the run): none of their own."""
        return self.descendants(name, lambda node: node.context is None)


def _parents(nodes: Mapping[str, Node]) -> dict[str, str | None]:
    """Each action's parent, None where it has none, was never recorded, or is on a cycle."""
    parents = {name: node.parent if node.parent in nodes else None for name, node in nodes.items()}
    settled: set[str] = set()
    for start in nodes:
        path: dict[str, None] = {}
        name: str | None = start
        while name is not None and name not in settled and name not in path:
            path[name] = None
            name = parents[name]
        if name is not None and name in path:
            steps = list(path)
            for on_cycle in steps[steps.index(name) :]:
                parents[on_cycle] = None
        settled.update(path)
    return parents
