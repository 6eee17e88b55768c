"""Templates compiled once, and rendered as often as there are subjects.

All analysis (positions, filters, variables) happens when a template is compiled. A render fills
the slots of a list and joins it.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import NamedTuple

from linkhub.lib.url_policy import has_dot_segment
from linkhub.links.language.catalogue import BY_NAME
from linkhub.links.language.errors import Refused, TemplateError
from linkhub.links.language.layout import Layout, lay_out
from linkhub.links.language.parser import parse
from linkhub.links.language.positions import Position
from linkhub.links.language.slots import check_safe
from linkhub.links.language.syntax import Node, Reference, print_nodes
from linkhub.links.language.values import Values

MAX_LENGTH = 8_000
STORED = sys.maxsize
"""As `max_length`: no limit, for what was held to one when it was stored."""
_BLANKS = " \t\r\n\f"


class Part(NamedTuple):
    """One piece of the outcome, for previews; `variable` is None where the template wrote it."""

    text: str
    variable: str | None


class Rendered(NamedTuple):
    """A finished URL, not yet judged by the URL policy (or, of a `Text`, the finished text).

    `host_from_variable`: a value of the run had a say in scheme or host (of a `Text`: went in at
    all). `depends_on_now`: an end that has not come was written as the present time.
    """

    url: str
    host_from_variable: bool
    depends_on_now: bool
    texts: tuple[str, ...]
    names: tuple[str | None, ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        """The pieces in order; joined, their texts are the URL."""
        pairs = zip(self.texts, self.names, strict=True)
        return tuple(Part(text, name) for text, name in pairs if text)


class Text:
    """A compiled text, for names and parameters: values go in as they are."""

    __slots__ = ("_layout", "depends_on_now", "nodes", "source", "variables")

    def __init__(self, source: str, nodes: tuple[Node, ...], layout: Layout) -> None:
        self.source = source
        self.nodes = nodes
        self._layout = layout
        self.variables = frozenset(each.label for each in layout.references)
        self.depends_on_now = any(map(_open_ended, layout.references))

    def __str__(self) -> str:
        """The canonical spelling."""
        return print_nodes(self.nodes)

    def fill(self, values: Values) -> Rendered:
        """The outcome with its parts. Raises MissingVariables, Failed or Refused, in this order
        of precedence; MissingVariables names all that are missing, in template order."""
        texts, notes = self._layout.fill(values)
        return Rendered(
            "".join(texts),
            notes.host_from_variable,
            notes.depends_on_now,
            tuple(texts),
            self._layout.names,
        )

    def render(self, values: Values) -> str:
        """The text alone; raises as `fill` does."""
        return "".join(self._layout.fill(values)[0])


class Template(Text):
    """A compiled URL template."""

    __slots__ = ()

    def render(self, values: Values) -> Rendered:  # type: ignore[override]
        """The URL; raises as `fill` does, and Refused where a path has a `.` or `..` segment."""
        rendered = self.fill(values)
        if has_dot_segment(rendered.url):
            raise Refused("dot-segment", "a `.` or `..` segment would lead elsewhere")
        return rendered


def compile_template(source: str, *, max_length: int = MAX_LENGTH, safe: str = "") -> Template:
    """Compile a URL template; blanks around it do not count. Compiled ones are kept.

    `safe`: characters beyond RFC 3986's unreserved that a value keeps plain in a path segment,
    where a provider's tool does so. Raises TemplateError.
    """
    return _compile_template(source, max_length, safe)


def compile_text(source: str, *, max_length: int = MAX_LENGTH) -> Text:
    """Compile a name or a parameter, in the same syntax. Raises TemplateError."""
    return _compile_text(source, max_length)


@lru_cache(maxsize=4_096)
def _compile_template(source: str, max_length: int, safe: str) -> Template:
    check_safe(safe)
    _check_length(source, max_length)
    begins = len(source) - len(source.lstrip(_BLANKS))
    try:
        nodes = parse(source.strip(_BLANKS))
        if not nodes:
            raise TemplateError("the template is empty", column=1)
        return Template(source, nodes, lay_out(nodes, Position.START, safe))
    except TemplateError as error:
        column = error.column + begins
        raise TemplateError(error.message, column=column, suggestion=error.suggestion) from None


@lru_cache(maxsize=4_096)
def _compile_text(source: str, max_length: int) -> Text:
    _check_length(source, max_length)
    nodes = parse(source)
    return Text(source, nodes, lay_out(nodes, Position.TEXT, ""))


def _check_length(source: str, max_length: int) -> None:
    if len(source) > max_length:
        message = f"the template has {len(source)} characters; {max_length} are allowed"
        raise TemplateError(message, column=max_length + 1)


def _open_ended(reference: Reference) -> bool:
    variable = BY_NAME.get(reference.name.casefold())
    return variable is not None and variable.open_ended
