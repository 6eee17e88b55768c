"""Templates as patterns: of a path, of the parameters of a query, of a text.

Patterns are matched by RE2, whose time is linear: what is read is whatever somebody pasted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote, unquote_plus

import re2  # type: ignore[import-untyped]

from linkhub.links.language.syntax import Expression, Literal, Node, Optional
from linkhub.links.language.values import NOTHING
from linkhub.links.providers.undo import can_undo, is_time, undo

SLASH: Final = "\x1f"
"""Stands for a slash that belongs to a value, not to the path; no name can hold it."""

_IN_PATH: Final = "[^/]"
_JSON: Final = r'(?:[^"\\]|\\.)*'
_WRITTEN_BY: Final = {
    **dict.fromkeys(("json", "logql"), f'"{_JSON}"'),
    **dict.fromkeys(("json_inner", "logql_inner"), _JSON),
    "rison_inner": "(?:[^'!]|!.)*",
}
_CONTEXT: Final = 24
_ENDS: Final = frozenset("'\"&|,;:() \n")

Item = Literal | Expression | Optional
Decode = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Shape:
    """A pattern, and what each of its groups captures; `near`: one for text that a tool rewrote."""

    pattern: Any
    slots: tuple[Expression, ...]
    near: Any | None = None

    def read(self, text: str) -> dict[str, str] | None:
        found = self.pattern.fullmatch(text)
        if found is None and self.near:
            found = self.near.search(text)
        return None if found is None else self.values(found)

    def values(self, found: Any) -> dict[str, str] | None:
        values: dict[str, str] = {}
        for number, slot in enumerate(self.slots):
            captured = found[f"g{number}"]
            if captured is None:
                continue
            value = undo(slot, captured.replace(SLASH, "/"))
            if value is None:
                return None
            values.setdefault(slot.reference.label, value)
        return values


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter of a query; `required`: a URL without it is not of this shape."""

    name: str
    shape: Shape
    required: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A path with a query: of the URL, or of what stands after its `#`. `labels`: of the path."""

    path: Shape
    longer: Shape
    fields: tuple[Field, ...]
    labels: frozenset[str]


def decoded_path(path: str, decode: Decode = unquote) -> str:
    """The path with its values decoded; slashes of theirs are `SLASH`."""
    return "/".join(decode(each).replace("/", SLASH) for each in path.split("/"))


def split_fragment(nodes: tuple[Node, ...]) -> tuple[list[Item], list[Item]]:
    address, fragment = _cut(nodes, "#")
    return address, fragment or []


def _cut(nodes: Iterable[Item], sign: str) -> tuple[list[Item], list[Item] | None]:
    """What stands before the first `sign` that the template itself writes, and after it."""
    before: list[Item] = []
    rest = iter(nodes)
    for node in rest:
        text = _first_text(node)
        if sign not in text:
            before.append(node)
        elif isinstance(node, Optional):
            return before, [_without_first(node), *rest]
        else:
            head, _, tail = text.partition(sign)
            return [*before, Literal(head)], [Literal(tail), *rest]
    return before, None


def _first_text(node: Item) -> str:
    if isinstance(node, Literal):
        return node.text
    first = node.items[0] if isinstance(node, Optional) else None
    return first.text[:1] if isinstance(first, Literal) else ""


def _without_first(node: Optional) -> Optional:
    first, *rest = node.items
    assert isinstance(first, Literal)
    return Optional((Literal(first.text[1:]), *rest))


def place(nodes: list[Item], wide: Mapping[str, str], *, based: bool) -> Place:
    path, query = _cut(nodes, "?")
    base = "(?P<base>{})" if based else ""
    # Where a value may be several segments, or none, the base is the shortest that can be.
    patterns = (wide[label] for label in _labels(path) if label in wide)
    is_open = any(isinstance(each, Optional) for each in path) or any(
        re2.fullmatch(pattern, "a/b") for pattern in patterns
    )
    most = ".*?" if is_open else ".*"
    pattern, slots = _pattern(path, _IN_PATH, wide)
    # A page below it is still the same run's; the base is then the shortest that can be.
    return Place(
        Shape(_compile(base.format(most) + pattern), slots),
        Shape(_compile(base.format(".*?") + pattern + "(?:/.*)?"), slots),
        tuple(_fields(query or [], unquote_plus if based else unquote)),
        frozenset(_labels(path)),
    )


def _labels(nodes: Iterable[Item]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, Optional):
            yield from _labels(node.items)
        elif isinstance(node, Expression):
            yield node.reference.label


def _fields(nodes: list[Item], decode: Decode) -> Iterator[Field]:
    """The parameters that say what the link is for."""
    for items, required in _split_fields(nodes):
        first = items[0] if items else None
        if not isinstance(first, Literal) or "=" not in first.text:
            continue
        name, _, head = first.text.partition("=")
        shape = _value_shape([Literal(head), *items[1:]], decode)
        if shape.slots:
            yield Field(unquote(name), shape, required)


def _split_fields(nodes: list[Item]) -> Iterator[tuple[list[Item], bool]]:
    items: list[Item] = []
    for node in nodes:
        if isinstance(node, Optional):
            for each, _ in _split_fields(list(node.items)):
                # One that goes on with a value is optional within it, not a parameter.
                if _first_text(node)[:1] in {"&", "?"}:
                    yield each, False
                else:
                    items.append(Optional(tuple(each)))  # type: ignore[arg-type]
        elif isinstance(node, Literal):
            head, *others = re.split("[&?]", node.text) if not items else node.text.split("&")
            items.append(Literal(head))
            for other in others:
                yield items, True
                items = [Literal(other)]
        else:
            items.append(node)
    yield [each for each in items if str(each)], True


def text_shape(nodes: tuple[Node, ...]) -> Shape:
    return _value_shape(list(nodes), str)


def _value_shape(nodes: list[Item], decode: Decode) -> Shape:
    nodes = [_decoded(each, decode) for each in nodes]
    pattern, slots = _pattern(nodes, ".")
    near = _near(nodes) if len(nodes) > 2 else ""
    return Shape(_compile(pattern), slots, _compile(near) if near else None)


def _decoded(node: Item, decode: Decode) -> Item:
    if isinstance(node, Literal):
        return Literal(decode(node.text))
    if isinstance(node, Optional):
        return Optional(tuple(_decoded(each, decode) for each in node.items))  # type: ignore[misc]
    return node


def _compile(pattern: str) -> Any:
    return re2.compile(f"(?s){pattern}")


def _pattern(
    nodes: Iterable[Item], sign: str, wide: Mapping[str, str] = NOTHING
) -> tuple[str, tuple[Expression, ...]]:
    slots: list[Expression] = []
    return "".join(_piece(node, sign, wide, slots) for node in nodes), tuple(slots)


def _piece(node: Item, sign: str, wide: Mapping[str, str], slots: list[Expression]) -> str:
    if isinstance(node, Literal):
        return re.escape(decoded_path(node.text) if sign == _IN_PATH else node.text)
    if isinstance(node, Optional):
        return f"(?:{''.join(_piece(each, sign, wide, slots) for each in node.items)})?"
    inside = wide.get(node.reference.label)
    if is_time(node) or not can_undo(node):
        return inside or f"{sign}*?"
    slots.append(node)
    last = node.filters[-1].name if node.filters else ""
    return f"(?P<g{len(slots) - 1}>{_WRITTEN_BY.get(last) or inside or f'{sign}+?'})"


def _near(nodes: list[Item]) -> str:
    """A pattern for the slots with what stands right before each, whatever else changed."""
    found, number = [], 0
    for before, node, after in zip([None, *nodes], nodes, [*nodes[1:], None], strict=False):
        if not isinstance(node, Expression) or is_time(node) or not can_undo(node):
            continue
        head = before.text[-_CONTEXT:] if isinstance(before, Literal) else ""
        tail = after.text[:1] if isinstance(after, Literal) else ""
        if not head or (tail and tail not in _ENDS):
            return ""
        end = re.escape(tail) if tail else r"\z"
        found.append(f"{re.escape(head)}(?P<g{number}>.+?){end}")
        number += 1
    return ".*?".join(found)
