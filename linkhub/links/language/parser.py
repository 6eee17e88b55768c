"""Source text to nodes, in one pass.

The syntax is Flyte's with additions that Flyte would leave in the URL as they stand, so a template
of a Flyte configuration means the same here. A `[[` with no expression before its `]]` is plain
text (a JSON list), as are closing braces and brackets left over.
"""

from __future__ import annotations

import re
from functools import lru_cache

from linkhub.links.language.errors import TemplateError
from linkhub.links.language.expressions import parse_expression, parse_name
from linkhub.links.language.syntax import Expression, Literal, Node, Optional, Reference

_MARK = re.compile(r"\{\{+|\[\[|\]\]")


def parse(source: str) -> tuple[Node, ...]:
    """The nodes of a template. Raises TemplateError."""
    return _Parser(source).parse()


@lru_cache(maxsize=4096)
def parse_reference(text: str) -> Reference:
    """One variable's name alone, as in a `when` rule. Raises TemplateError."""
    return parse_name(text)


class _Parser:
    """`text_from` is where text that is in no node yet begins.

    A `[[` is only remembered (`piece_at`); the first expression after it makes it an optional
    piece, whose nodes then collect in `piece`.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self.nodes: list[Node] = []
        self.piece: list[Literal | Expression] | None = None
        self.piece_at: int | None = None
        self.text_from = 0

    def parse(self) -> tuple[Node, ...]:
        at = 0
        while mark := _MARK.search(self.source, at):
            at = mark.end()
            if mark[0] == "[[":
                self.open(mark.start())
            elif mark[0] == "]]":
                self.close(mark.start())
            else:
                # Of more than two braces the last two open the expression, as in Flyte.
                at = self.expression(mark.end() - 2)
        if self.piece is not None:
            raise TemplateError("`[[` is not closed by `]]`", column=(self.piece_at or 0) + 1)
        self.nodes.extend(self.text(len(self.source)))
        return tuple(self.nodes)

    def open(self, at: int) -> None:
        if self.piece is not None:
            raise TemplateError("optional pieces cannot be nested", column=at + 1)
        self.piece_at = at

    def close(self, at: int) -> None:
        if self.piece is not None:
            items = (*self.piece, *self.text(at))
            self.nodes.append(Optional(items, (self.piece_at or 0) + 1))
            self.text_from = at + 2
        self.piece = self.piece_at = None

    def expression(self, at: int) -> int:
        if self.piece is None and self.piece_at is not None:
            self.nodes.extend(self.text(self.piece_at))
            self.piece, self.text_from = [], self.piece_at + 2
        before = self.text(at)
        expression, end = parse_expression(self.source, at)
        (self.nodes if self.piece is None else self.piece).extend([*before, expression])
        self.text_from = end
        return end

    def text(self, end: int) -> list[Literal]:
        if end <= self.text_from:
            return []
        return [Literal(self.source[self.text_from : end], self.text_from + 1)]
