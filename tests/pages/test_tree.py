"""The order of a run's actions."""

from __future__ import annotations

from dataclasses import dataclass

from linkhub.pages.tree import in_tree_order


@dataclass
class Node:
    name: str
    parent: str = ""
    context: None = None


def placed(*nodes: Node) -> list[tuple[int, str]]:
    return [(depth, node.name) for depth, node in in_tree_order(nodes)]


def test_it_puts_children_below_their_parent_in_the_order_given() -> None:
    nodes = Node("b", "root"), Node("root"), Node("a", "root"), Node("leaf", "b")

    assert placed(*nodes) == [(0, "root"), (1, "b"), (2, "leaf"), (1, "a")]


def test_it_takes_an_unknown_parent_for_none() -> None:
    assert placed(Node("a", "gone"), Node("b")) == [(0, "a"), (0, "b")]


def test_it_shows_every_action_of_a_cycle_once() -> None:
    nodes = Node("a", "b"), Node("b", "a"), Node("c", "a"), Node("self", "self")

    assert sorted(name for _, name in placed(*nodes)) == ["a", "b", "c", "self"]


def test_it_does_not_recurse() -> None:
    nodes = [Node(f"n{i}", f"n{i - 1}" if i else "") for i in range(5000)]

    assert placed(*nodes)[-1] == (4999, "n4999")
