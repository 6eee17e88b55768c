"""The parts of a parsed template, and how each is printed in its one canonical spelling."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TypeAlias

from linkhub.links.language.values import NOTHING, Value, Values

_EASY_KEY = re.compile(r"[\w-]+")


def quoted(text: str) -> str:
    """A string of the language: only the quote and the backslash are escaped."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@dataclass(frozen=True, slots=True)
class Reference:
    """A variable: a plain one (`key` is None), or one key of a map. `name` is spelt canonically."""

    name: str
    key: str | None = None
    column: int = field(default=1, compare=False)

    @property
    def label(self) -> str:
        """The spelling for people, without sigil: `podName`, `context.wandb_id`."""
        if self.key is None:
            return self.name
        if _EASY_KEY.fullmatch(self.key):
            return f"{self.name}.{self.key}"
        return f"{self.name}[{quoted(self.key)}]"

    @property
    def operators_own(self) -> bool:
        """Whether the value is an operator's (a tool's base URL, its settings), not a run's."""
        return self.name == "tool"

    def read(self, values: Values) -> Value | None:
        """The value, or None where there is none."""
        if self.key is None:
            return present(values.plain.get(self.name.lower()))
        if self.name == "variables":
            return present(values.plain.get(self.key.lower()))
        return present(values.maps.get(self.name.lower(), NOTHING).get(self.key))


def present(value: Value | None) -> Value | None:
    """None for the empty string, which is no value; 0 is one (a retry attempt)."""
    return None if value == "" else value


Argument: TypeAlias = str | int | Reference


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter as written: `| default("x")`."""

    name: str
    arguments: tuple[Argument, ...] = ()
    column: int = field(default=1, compare=False)

    def __str__(self) -> str:
        if not self.arguments:
            return self.name
        return f"{self.name}({', '.join(map(_argument, self.arguments))})"


def _argument(argument: Argument) -> str:
    if isinstance(argument, Reference):
        return f".{argument.label}"
    return str(argument) if isinstance(argument, int) else quoted(argument)


@dataclass(frozen=True, slots=True)
class Literal:
    """Text that goes in as it stands."""

    text: str
    column: int = field(default=1, compare=False)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Expression:
    """`{{ .podName | lower }}`."""

    reference: Reference
    filters: tuple[Filter, ...] = ()
    column: int = field(default=1, compare=False)

    def __str__(self) -> str:
        chain = "".join(f" | {each}" for each in self.filters)
        return f"{{{{ .{self.reference.label}{chain} }}}}"


@dataclass(frozen=True, slots=True)
class Optional:
    """`[[&panel={{ .params.panel }}]]`: vanishes when a variable in it has no value."""

    items: tuple[Literal | Expression, ...]
    column: int = field(default=1, compare=False)

    def __str__(self) -> str:
        return f"[[{''.join(map(str, self.items))}]]"


Node: TypeAlias = Literal | Expression | Optional


def print_nodes(nodes: tuple[Node, ...]) -> str:
    """The canonical source: parsing it again gives the same nodes."""
    return "".join(map(str, nodes))
