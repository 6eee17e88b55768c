"""What was found in another system's configuration, and what could not be carried over, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from linkhub.lib.plain_errors import plain_errors
from linkhub.links.as_code.file import DefinitionEntry
from linkhub.links.as_code.tree import BadFile, Document, Location, Mistake, read_yaml
from linkhub.links.checks import Invalid, check_definition

_NO_SLUG = re.compile(r"[^a-z0-9]+")
LONGEST_KEY = 100


@dataclass(frozen=True)
class LeftOut:
    """Something of the source that no definition says. `line` counts from 1; 0 is unknown."""

    line: int
    what: str
    why: str

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        return f"{place}{self.what}: {self.why}"


@dataclass
class Found:
    """Definitions as documents, each of which is valid; `notes` say what is different here."""

    definitions: list[dict[str, Any]] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    notes: list[LeftOut] = field(default_factory=list)

    def file(self, *, label: str = "") -> dict[str, Any]:
        """As a file of definitions (`as_code/`)."""
        head = {"version": 1, "label": label} if label else {"version": 1}
        return {**head, "definitions": self.definitions}


@dataclass
class Source:
    """A configuration that is being read: what is found in it is added here.

    `taken` are keys that are not free; `project` is the owner of what is made; `tags` is the map
    in which a run holds what its spans hold as tags.
    """

    document: Document
    project: str | None = None
    taken: set[str] = field(default_factory=set)
    tags: str = "context"
    found: Found = field(default_factory=Found)

    def leave_out(self, loc: Location, what: str, why: str) -> None:
        self.found.left_out.append(LeftOut(self._line(loc), what, why))

    def note(self, loc: Location, what: str, why: str) -> None:
        self.found.notes.append(LeftOut(self._line(loc), what, why))

    def _line(self, loc: Location) -> int:
        return self.document.mistake(loc, "").line

    def add(self, loc: Location, definition: Mapping[str, Any]) -> None:
        """A definition without its key, if it is valid; else it is left out, with the reasons."""
        given = {key: value for key, value in definition.items() if value not in (None, "", {}, [])}
        key = self._key_for(str(given.get("name") or "link"))
        head = {"project": self.project} if self.project else {}
        whole = {**head, "key": key, **given}
        what = str(given.get("name") or key)
        if reasons := list(_reasons(whole)):
            for reason in reasons:
                self.leave_out(loc, what, reason)
        elif key in self.taken:
            self.leave_out(loc, what, f"there is a definition with the key {key} already")
        else:
            self.found.definitions.append(whole)

    def _key_for(self, name: str) -> str:
        """The slug of the name; of several, the next ones are numbered."""
        plain = _NO_SLUG.sub("-", re.sub(r"\{\{.*?\}\}", "", name).lower()).strip("-")
        key = plain[:LONGEST_KEY].strip("-") or "link"
        used = {each["key"] for each in self.found.definitions}
        number, numbered = 1, key
        while numbered in used:
            number += 1
            numbered = f"{key}-{number}"
        return numbered


def read_source(text: bytes | str) -> Document:
    """Raises BadFile."""
    document = read_yaml(text)
    if not isinstance(document.data, dict | list):
        raise BadFile([Mistake(1, 1, "is no map and no list")])
    return document


def maps_in(data: Any, loc: Location = ()) -> Iterator[tuple[Location, dict[str, Any]]]:
    """Every map of the data, the outer ones first."""
    if isinstance(data, dict):
        yield loc, data
        for name, value in data.items():
            yield from maps_in(value, (*loc, name))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from maps_in(value, (*loc, number))


def _reasons(definition: dict[str, Any]) -> Iterator[str]:
    """Why the definition cannot be saved."""
    try:
        document = DefinitionEntry.model_validate(definition)
        check_definition(document, tool=None)
    except ValidationError as error:
        for _, message in plain_errors(error, definition):
            yield message
    except Invalid as error:
        for fault in error.faults:
            yield fault.message
