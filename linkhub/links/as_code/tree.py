"""YAML as plain data that still knows its lines, read so that no file can cost more than its size.

PyYAML's parser gives events; from these the tree is made here, because its own composer recurses,
takes a key that stands twice, and expands aliases without a limit. Scalars are read by YAML 1.2's
core schema, where `no`, `1:30` and `2026-01-05` are text. JSON is YAML, nearly: a surrogate pair
in escapes is put together here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml

from linkhub.lib.storable import is_storable

# libyaml's parser, some 20 times as fast, where PyYAML was built with it.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_BYTES = 5 * 1024 * 1024
MAX_DEPTH = 50
MAX_NODES = 200_000
MAX_ERRORS = 100

Location: TypeAlias = tuple[str | int, ...]

_NUMBERS = re.compile(
    r"(?P<int>[-+]?[0-9]+)|0o(?P<oct>[0-7]+)|0x(?P<hex>[0-9a-fA-F]+)"
    r"|(?P<float>[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?)"
)
_WORDS: dict[str, Any] = (
    dict.fromkeys(("", "~", "null", "Null", "NULL"))
    | dict.fromkeys(("true", "True", "TRUE"), True)
    | dict.fromkeys(("false", "False", "FALSE"), False)
)
_LONGEST_NUMBER = 400
_SURROGATES = re.compile(
    r"(?<!\\)((?:\\\\)*)\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})", re.IGNORECASE
)
_TAGS = {
    "tag:yaml.org,2002:str": str,
    "tag:yaml.org,2002:map": dict,
    "tag:yaml.org,2002:seq": list,
    "!": str,
}


@dataclass(frozen=True, order=True)
class Mistake:
    """One thing that is wrong with a file. Lines and columns count from 1; 0 is the whole file."""

    line: int
    column: int
    message: str
    loc: Location = field(default=(), compare=False)

    @property
    def place(self) -> str:
        """What the message begins with."""
        return f"line {self.line}, column {self.column}: " if self.line else ""

    def __str__(self) -> str:
        where = f"{'.'.join(map(str, self.loc))}: " if self.loc else ""
        return f"{self.place}{where}{self.message}"


class BadFile(ValueError):
    """A file cannot be taken; `mistakes` has at least one, in the order of the file."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        self.mistakes = sorted(mistakes)[:MAX_ERRORS]
        super().__init__("\n".join(map(str, self.mistakes)))


@dataclass
class Document:
    """`data` is plain; `places` says where each value, and where each key, begins."""

    data: Any
    places: dict[Location, tuple[int, int]] = field(default_factory=dict)

    def mistake(self, loc: Location, message: str) -> Mistake:
        """At the place of `loc`, or of what it would stand in."""
        for length in range(len(loc), -1, -1):
            if place := self.places.get(loc[:length]):
                return Mistake(*place, message, loc)
        return Mistake(0, 0, message, loc)


@dataclass
class Node:
    """A value: scalars in `value`; lists and maps hold nodes. `size` counts what is below it."""

    line: int
    column: int
    value: Any = None
    size: int = 1


def read_yaml(source: bytes | str) -> Document:
    """The one document of the source. Raises BadFile."""
    text = _decoded(source)
    tree = _Builder().build(_events(text))
    document = Document(None)
    document.data = _plain(tree, document.places, ())
    return document


def _decoded(source: bytes | str) -> str:
    data = source.encode(errors="surrogatepass") if isinstance(source, str) else source
    if len(data) > MAX_BYTES:
        raise BadFile([Mistake(0, 0, f"is larger than {MAX_BYTES} bytes")])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        raise BadFile([Mistake(line, column, "is not UTF-8")]) from error
    # Only where all text stands in double quotes is it sure that these are escapes.
    return _SURROGATES.sub(_put_together, text) if text.lstrip().startswith("{") else text


def _put_together(match: re.Match[str]) -> str:
    """`\\ud83d\\ude00`, as JSON writes it, as the one escape of YAML."""
    high, low = int(match[2], 16), int(match[3], 16)
    return f"{match[1]}\\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08x}"


def _events(text: str) -> Iterator[Any]:
    try:
        yield from yaml.parse(text, LOADER)
    except yaml.MarkedYAMLError as error:
        raise BadFile([_marked(error)]) from error
    except yaml.YAMLError as error:
        raise BadFile([_unreadable(text, error)]) from error


def _marked(error: yaml.MarkedYAMLError) -> Mistake:
    """What is open and never closed began elsewhere: that is told too."""
    message, mark, began = error.problem or "is not YAML", error.problem_mark, error.context_mark
    if error.context and began:
        message += f" ({error.context}, which begins on line {began.line + 1})"
    place = mark or began
    return Mistake(place.line + 1, place.column + 1, message) if place else Mistake(0, 0, message)


def _unreadable(text: str, error: yaml.YAMLError) -> Mistake:
    """A character that YAML does not allow; the two parsers count it differently."""
    at = getattr(error, "position", None)
    forbidden = re.search("[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]", text)
    position = forbidden.start() if forbidden else at if isinstance(at, int) else 0
    line = text.count("\n", 0, position) + 1
    column = position - text.rfind("\n", 0, position)
    return Mistake(line, column, "a control character is not allowed")


class _Builder:
    """Makes the tree without recursion: what is open is on a stack."""

    def __init__(self) -> None:
        self.mistakes: list[Mistake] = []
        self.open: list[tuple[Node, list[Node], str | None]] = []
        self.anchors: dict[str, Node] = {}
        self.roots: list[Node] = []
        self.read = 0

    def build(self, events: Iterator[Any]) -> Node:
        for event in events:
            self._take(event)
        if len(self.roots) != 1:
            self.mistakes.append(Mistake(0, 0, "must hold one document"))
        if self.mistakes:
            raise BadFile(self.mistakes)
        return self.roots[0]

    def _take(self, event: Any) -> None:
        mark = event.start_mark
        node = Node(mark.line + 1, mark.column + 1)
        match event:
            case yaml.ScalarEvent():
                self._check_tag(event, node)
                node.value = _scalar(event)
                self._check_text(node)
                self._add(node, event.anchor)
            case yaml.AliasEvent():
                self._alias(event, node)
            case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                self._check_tag(event, node)
                node.value = [] if isinstance(event, yaml.SequenceStartEvent) else {}
                self._deepen(node)
                self.open.append((node, [], event.anchor))
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                self._close()

    def _deepen(self, node: Node) -> None:
        if len(self.open) >= MAX_DEPTH:
            raise BadFile([Mistake(node.line, node.column, f"is nested over {MAX_DEPTH} deep")])

    def _alias(self, event: Any, node: Node) -> None:
        known = self.anchors.get(event.anchor)
        if known is None:
            # Also one inside of what it stands for: that is not closed yet.
            self.mistakes.append(
                Mistake(node.line, node.column, f"`*{event.anchor}` stands for nothing before it")
            )
        self._add(Node(node.line, node.column, *((known.value, known.size) if known else ())), None)

    def _close(self) -> None:
        node, children, anchor = self.open.pop()
        node.size += sum(child.size for child in children)
        if isinstance(node.value, list):
            node.value = children
        else:
            node.value = self._mapping(children)
        self._add(node, anchor)

    def _mapping(self, children: list[Node]) -> dict[str, tuple[Node, Node]]:
        found: dict[str, tuple[Node, Node]] = {}
        for key, value in zip(children[::2], children[1::2], strict=True):
            name = key.value
            if not isinstance(name, str):
                name = str(name)
                if isinstance(key.value, list | dict):
                    self.mistakes.append(Mistake(key.line, key.column, "a key must be text"))
                    continue
            if name in found:
                first = found[name][0].line
                message = f"`{name[:100]}` stands here again, after line {first}"
                self.mistakes.append(Mistake(key.line, key.column, message))
            found.setdefault(name, (key, value))
        return found

    def _add(self, node: Node, anchor: str | None) -> None:
        """Sizes count what aliases stand for, so that a bomb is refused before it is expanded.

        What was read is counted too: a long file is refused where it is too long, not at its end.
        """
        self.read += 1
        if max(node.size, self.read) > MAX_NODES:
            message = f"is more than {MAX_NODES} values, aliases counted"
            raise BadFile([Mistake(node.line, node.column, message)])
        if anchor is not None:
            self.anchors[anchor] = node
        if self.open:
            self.open[-1][1].append(node)
        else:
            self.roots.append(node)

    def _check_tag(self, event: Any, node: Node) -> None:
        if event.tag is not None and event.tag not in _TAGS:
            self.mistakes.append(
                Mistake(node.line, node.column, f"the tag {event.tag[:100]} is not taken")
            )

    def _check_text(self, node: Node) -> None:
        if isinstance(node.value, str) and not is_storable(node.value):
            message = "must not contain the NUL character or half a surrogate pair"
            self.mistakes.append(Mistake(node.line, node.column, message))


def _scalar(event: Any) -> Any:
    text: str = event.value
    if not event.implicit[0] or _TAGS.get(event.tag) is str:
        return text
    if text in _WORDS:
        return _WORDS[text]
    number = _NUMBERS.fullmatch(text) if len(text) <= _LONGEST_NUMBER else None
    if number is None:
        return text
    if number["float"] is not None:
        return float(text)
    if number["int"] is not None:
        return int(text)
    return int(number["oct"], 8) if number["oct"] is not None else int(number["hex"], 16)


def reads_as_text(text: str) -> bool:
    """Whether the plain scalar is text here, so that it needs no quotes."""
    number = _NUMBERS.fullmatch(text) if len(text) <= _LONGEST_NUMBER else None
    return text not in _WORDS and number is None


def _plain(node: Node, places: dict[Location, tuple[int, int]], loc: Location) -> Any:
    """Of an alias the places are those of what it stands for, as far down as those differ."""
    if len(loc) > 2 * MAX_DEPTH:
        message = f"is nested over {2 * MAX_DEPTH} deep, aliases included"
        raise BadFile([Mistake(node.line, node.column, message)])
    places.setdefault(loc, (node.line, node.column))
    match node.value:
        case list():
            return [_plain(child, places, (*loc, n)) for n, child in enumerate(node.value)]
        case dict():
            plain = {}
            for name, (key, child) in node.value.items():
                places[(*loc, name)] = (key.line, key.column)
                plain[name] = _plain(child, places, (*loc, name))
            return plain
        case _:
            return node.value
