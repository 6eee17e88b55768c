"""A template's texts in order, with the slots among them that each render fills."""

from __future__ import annotations

from dataclasses import dataclass

from linkhub.links.language.errors import (
    Failed,
    LanguageError,
    MissingVariables,
    NothingLeft,
    TemplateError,
)
from linkhub.links.language.filtering import Notes
from linkhub.links.language.positions import Position, after_expression, after_literal
from linkhub.links.language.slots import Fill, make_slot
from linkhub.links.language.syntax import Expression, Literal, Node, Optional, Reference
from linkhub.links.language.values import Values


@dataclass(frozen=True, slots=True)
class _Piece:
    """An optional piece: the texts from `first` up to `end`, all there or all gone."""

    first: int
    end: int
    slots: tuple[tuple[int, Fill], ...]
    begins_parameter: bool

    def fill(self, texts: list[str], values: Values, notes: Notes, *, has_query: bool) -> None:
        mine = Notes()
        try:
            for index, fill in self.slots:
                texts[index] = fill(values, mine)
        except (MissingVariables, NothingLeft):
            texts[self.first : self.end] = [""] * (self.end - self.first)
            return
        notes.host_from_variable |= mine.host_from_variable
        notes.depends_on_now |= mine.depends_on_now
        if self.begins_parameter:
            texts[self.first] = ("&" if has_query else "?") + texts[self.first][1:]


@dataclass(frozen=True, slots=True)
class Layout:
    """`names`: beside each text, the variable it comes from."""

    texts: tuple[str, ...]
    names: tuple[str | None, ...]
    slots: tuple[tuple[int, Fill], ...]
    pieces: tuple[_Piece, ...]
    references: tuple[Reference, ...]

    def fill(self, values: Values) -> tuple[list[str], Notes]:
        """The finished texts, and what was learnt. Raises the first of what a link's state says
        first: MissingVariables (of all slots), Failed, Refused."""
        texts = list(self.texts)
        notes = Notes()
        problems: list[LanguageError] = []
        for index, fill in self.slots:
            try:
                texts[index] = fill(values, notes)
            except LanguageError as problem:
                problems.append(problem)
        has_query, looked_at = False, 0
        for piece in self.pieces:
            has_query = has_query or any("?" in text for text in texts[looked_at : piece.first])
            looked_at = piece.first
            try:
                piece.fill(texts, values, notes, has_query=has_query)
            except LanguageError as problem:
                problems.append(problem)
        if problems:
            raise _worst(problems)
        return texts, notes


def _worst(problems: list[LanguageError]) -> LanguageError:
    missing = [
        name for each in problems if isinstance(each, MissingVariables) for name in each.names
    ]
    if missing:
        return MissingVariables(tuple(dict.fromkeys(missing)))
    return next((each for each in problems if isinstance(each, Failed)), problems[0])


def lay_out(nodes: tuple[Node, ...], position: Position, safe: str) -> Layout:
    """Work out every expression's position and slot. Raises TemplateError."""
    builder = _Builder(position, safe)
    for node in nodes:
        builder.add(node)
    return Layout(
        tuple(builder.texts),
        tuple(builder.names),
        tuple(builder.slots),
        tuple(builder.pieces),
        tuple(builder.references),
    )


class _Builder:
    """Walks the nodes once. `moved`: an optional piece moved the position, so without it what
    follows would stand elsewhere."""

    def __init__(self, position: Position, safe: str) -> None:
        self.position = position
        self.safe = safe
        self.moved = False
        self.texts: list[str] = []
        self.names: list[str | None] = []
        self.slots: list[tuple[int, Fill]] = []
        self.pieces: list[_Piece] = []
        self.references: list[Reference] = []

    def add(self, node: Node) -> None:
        if isinstance(node, Optional):
            self.piece(node)
            return
        if self.moved and not str(node).startswith("#"):
            message = "the optional piece before this may be gone; put what is fixed first"
            raise TemplateError(message, column=node.column)
        self.moved = False
        if isinstance(node, Literal):
            self.literal(node)
        else:
            self.slots.append(self.expression(node))

    def literal(self, node: Literal) -> None:
        self.texts.append(node.text)
        self.names.append(None)
        self.position = after_literal(self.position, node.text)

    def expression(self, node: Expression) -> tuple[int, Fill]:
        chain, fill = make_slot(node, self.position, self.safe)
        self.texts.append("")
        self.names.append(chain.reference.label)
        self.references.extend(chain.references)
        self.position = after_expression(self.position)
        return len(self.texts) - 1, fill

    def piece(self, node: Optional) -> None:
        before, first, slots = self.position, len(self.texts), []
        if before.decides_host:
            message = "an optional piece may not stand in the scheme or host"
            raise TemplateError(message, column=node.column)
        for item in node.items:
            if isinstance(item, Literal):
                self.literal(item)
            else:
                slots.append(self.expression(item))
        begins_parameter = before in (Position.PATH, Position.QUERY) and str(node)[2] in "?&"
        self.check_follows(node, begins_parameter)
        self.pieces.append(_Piece(first, len(self.texts), tuple(slots), begins_parameter))
        self.moved = self.moved or self.position is not before

    def check_follows(self, node: Optional, begins_parameter: bool) -> None:
        """After a piece that may have begun the query, only what begins itself may come."""
        if self.moved and not begins_parameter and str(node)[2] != "#":
            message = "an optional piece after one that may be gone must begin with `?`, `&` or `#`"
            raise TemplateError(message, column=node.column)
