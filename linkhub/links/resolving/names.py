"""A link's name: text, or a template whose variables may not all be there yet."""

from __future__ import annotations

from dataclasses import dataclass

from linkhub.links.language import LanguageError, Text, Values, compile_text
from linkhub.links.language.syntax import Literal, Node
from linkhub.links.resolving.params import compile_or_none

LONGEST_NAME = 2_000
GAP = "…"


@dataclass(frozen=True, slots=True)
class LinkName:
    """`text` is None where the name holds no variable; `source` may be empty."""

    source: str
    text: Text | None = None

    @classmethod
    def compile(cls, source: str, *, attached: bool) -> LinkName:
        """Raises TemplateError; an attached link's name that is no template stands as it came."""
        return cls(source, compile_or_none(source, attached=attached))

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(sorted(self.text.variables)) if self.text else ()

    def fill(self, values: Values) -> str:
        """The name; a gap stands where a variable has no value. A link does not wait for it."""
        if self.text is None:
            return self.source
        try:
            name = self.text.render(values)
        except LanguageError:
            name = "".join(_fill_node(node, values) for node in self.text.nodes)
        return name[:LONGEST_NAME]


def _fill_node(node: Node, values: Values) -> str:
    if isinstance(node, Literal):
        return node.text
    try:
        return compile_text(str(node)).render(values)
    except LanguageError:
        return GAP
