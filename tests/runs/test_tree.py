from dataclasses import dataclass

from linkhub.runs.tree import Tree


@dataclass(frozen=True)
class Node:
    name: str
    parent: str = ""
    context: dict[str, str] | None = None


def names(nodes: list[Node]) -> list[str]:
    return sorted(node.name for node in nodes)


def test_it_finds_ancestors_nearest_first() -> None:
    tree = Tree([Node("a"), Node("b", "a"), Node("c", "b")])
    assert [node.name for node in tree.ancestors("c")] == ["b", "a"]


def test_it_counts_an_unseen_parent_as_none() -> None:
    tree = Tree([Node("c", "unseen")])
    assert tree.ancestors("c") == []
    assert names(tree.descendants(None)) == ["c"]


def test_it_counts_a_cycle_as_no_parent() -> None:
    tree = Tree([Node("a", "b"), Node("b", "a"), Node("c", "b"), Node("own", "own")])
    assert tree.parents == {"a": None, "b": None, "c": "b", "own": None}


def test_it_finds_those_that_take_a_context() -> None:
    tree = Tree([Node("a"), Node("b", "a", {}), Node("c", "b"), Node("d", "a"), Node("e", "d")])
    assert names(tree.takers_of_context("a")) == ["d", "e"]
    assert names(tree.takers_of_context(None)) == ["a", "d", "e"]


def test_it_walks_a_deep_chain_once() -> None:
    tree = Tree([Node(str(number), str(number - 1)) for number in range(20_000)])
    assert len(tree.ancestors("19999")) == 19_999
