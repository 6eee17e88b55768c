"""A file of definitions and tools: its shape, and reading it with every mistake at its line.

Entries are validated one by one, so that a mistake in one hides none in another. The shape as a
whole is what `docs/definitions.schema.json` is made from.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, Field, StringConstraints, ValidationError

from linkhub.lib.plain_errors import plain_errors
from linkhub.links.as_code.tree import BadFile, Document, Location, Mistake, read_yaml
from linkhub.links.documents import DefinitionDocument, Strict, ToolDocument
from linkhub.runs.documents import Name
from linkhub.runs.flyte_spellings import as_sent
from linkhub.runs.scalars import Key, Text

LABEL = r"^[a-zA-Z0-9][-._a-zA-Z0-9]{0,99}$"
Label = Annotated[str, StringConstraints(pattern=LABEL)]
MAX_ENTRIES = 20_000
E = TypeVar("E", bound=BaseModel)


class ToolEntry(ToolDocument):
    """A tool of the instance's, by its name."""

    name: Name
    """Unique."""


class DefinitionEntry(DefinitionDocument):
    """A link definition, by its key and its owner: a project, or without one the instance."""

    key: Key
    """A slug, unique in its owner."""


class DefinitionsFile(Strict):
    """Link definitions and tools as they shall be. What is not named is left alone, or pruned."""

    schema_: Annotated[Text | None, Field(alias="$schema")] = None
    """For editors: where this schema is."""
    version: Literal[1] = 1
    """Of this format."""
    label: Label | None = None
    """What the file lists is kept by it: read-only elsewhere, pruned when it leaves the file."""
    tools: Annotated[list[ToolEntry], Field(max_length=MAX_ENTRIES)] = []
    definitions: Annotated[list[DefinitionEntry], Field(max_length=MAX_ENTRIES)] = []


class _Outline(Strict):
    """The file without what its entries must be."""

    schema_: Annotated[Any, Field(alias="$schema")] = None
    version: Literal[1] = 1
    label: Label | None = None
    tools: Annotated[list[Any], Field(max_length=MAX_ENTRIES)] = []
    definitions: Annotated[list[Any], Field(max_length=MAX_ENTRIES)] = []


@dataclass(frozen=True)
class Entry(Generic[E]):
    """A valid entry and where it stands, for what is found wrong with it later."""

    loc: Location
    document: E


@dataclass
class ReadFile:
    """What of a file could be read; it can be applied only where there is no mistake."""

    source: Document
    label: str = ""
    tools: list[Entry[ToolEntry]] = field(default_factory=list)
    definitions: list[Entry[DefinitionEntry]] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)

    def add_mistake(self, loc: Sequence[str | int], message: str) -> None:
        self.mistakes.append(self.source.mistake(tuple(loc), message))

    def check(self) -> None:
        """Raises BadFile with every mistake that was found."""
        if self.mistakes:
            raise BadFile(self.mistakes)


def read_file(source: bytes | str) -> ReadFile:
    """Raises BadFile only where nothing can be read; else the mistakes are in the outcome."""
    document = read_yaml(source)
    found = ReadFile(document)
    if document.data is None:
        document.data = {}
    outline = _validated(found, _Outline, document.data, ())
    if outline is None:
        raise BadFile(found.mistakes)
    found.label = outline.label or ""
    found.tools = list(_entries(found, ToolEntry, "tools", outline.tools))
    found.definitions = list(_entries(found, DefinitionEntry, "definitions", outline.definitions))
    _check_once(found)
    return found


def _entries(found: ReadFile, shape: type[E], name: str, given: list[Any]) -> Iterator[Entry[E]]:
    for number, one in enumerate(given):
        document = _validated(found, shape, one, (name, number))
        if document is not None:
            yield Entry((name, number), document)


def _validated(found: ReadFile, shape: type[E], given: Any, loc: Location) -> E | None:
    """From JSON, as the API has it: so the messages are the same."""
    try:
        return shape.model_validate_json(json.dumps(given))
    except ValidationError as error:
        for place, message in plain_errors(error, given, as_sent):
            found.add_mistake((*loc, *place), message)
    return None


def _check_once(found: ReadFile) -> None:
    seen: dict[tuple[str | None, ...], int] = {}
    for tool in found.tools:
        _check_new(found, seen, ("tool", tool.document.name), (*tool.loc, "name"))
    for one in found.definitions:
        name = ("definition", one.document.project, one.document.key)
        _check_new(found, seen, name, (*one.loc, "key"))


def _check_new(
    found: ReadFile,
    seen: dict[tuple[str | None, ...], int],
    name: tuple[str | None, ...],
    loc: Location,
) -> None:
    line = found.source.mistake(loc, "").line
    if name in seen:
        found.add_mistake(loc, f"`{name[-1]}` stands on line {seen[name]} already")
    seen.setdefault(name, line)
