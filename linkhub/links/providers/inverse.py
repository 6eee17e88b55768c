"""The inverse of a template: what went into a URL of its shape.

A URL is compared part by part, decoded: its path (whose beginning is the tool's base URL), the
parameters of its query in any order, and what stands after `#`, which many tools read as a path
with a query of its own. Times are passed over, for browsers and tools change them; so are
parameters that say nothing of what the link is for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import SplitResult, unquote, unquote_plus, urlsplit

import re2  # type: ignore[import-untyped]

from linkhub.links.language.parser import parse
from linkhub.links.language.values import NOTHING
from linkhub.links.providers.base import Parameter, is_plain
from linkhub.links.providers.shapes import (
    Field,
    Place,
    Shape,
    decoded_path,
    place,
    split_fragment,
    text_shape,
)

PART_NAMES: Final = {
    "runName": "run",
    "executionName": "run",
    "actionName": "action",
    "podName": "pod",
    "podUID": "pod_uid",
    "namespace": "namespace",
    "executionProject": "project",
    "executionDomain": "domain",
    "taskID": "task",
}
"""What the values that find a run are called among the parts of an identified URL."""

_BASE: Final = "{{ tool.base_url }}"
_LONGEST_URL: Final = 8_000
_MOST_PARAMETERS: Final = 50


@dataclass(frozen=True, slots=True)
class Inverse:
    """`plus`: whether a blank in the path is written as `+`."""

    address: Place
    plus: bool
    fragment: Place | None
    host: Shape | None
    defaults: Mapping[str, Shape]
    patterns: Mapping[str, Any]

    @classmethod
    def compile(
        cls,
        template: str,
        base_url: str,
        parameters: Iterable[Parameter],
        wide: Mapping[str, str] = NOTHING,
        plus: frozenset[str] = frozenset(),
    ) -> Inverse:
        """`template` begins with the tool's base URL; `wide` has the patterns that variables'
        values have, also of several segments of a path; those in `plus` write a blank as `+`.
        Raises TemplateError."""
        address, fragment = split_fragment(parse(template.removeprefix(_BASE)))
        known = tuple(parameters)
        own = place(address, wide, based=True)
        return cls(
            own,
            not plus.isdisjoint(own.labels),
            place(fragment, wide, based=False) if fragment else None,
            text_shape(parse(base_url)) if "{{" in base_url else None,
            {
                f"params.{each.name}": text_shape(parse(each.default))
                for each in known
                if "{{" in each.default
            },
            {f"params.{each.name}": re2.compile(each.pattern) for each in known if each.pattern},
        )

    def read(self, url: str) -> tuple[str, dict[str, str]] | None:
        """The base URL and the parts, or None where the URL has another shape."""
        try:
            split = urlsplit(url) if len(url) <= _LONGEST_URL and is_plain(url) else None
        except ValueError:
            return None
        if split is None or split.scheme not in {"http", "https"} or not split.netloc:
            return None
        decode = unquote_plus if self.plus else unquote
        read = _read_address(self.address, decoded_path(split.path, decode), split)
        if read is None:
            return None
        base, values = f"{split.scheme}://{split.netloc}{read[0]}", read[1]
        if self.fragment is not None:
            path, _, query = split.fragment.partition("?")
            inside = _read_place(self.fragment, path, query, plus=False)
            if inside is None:
                return None
            values = {**inside, **values}
        if self.host is not None:
            values = {**(self.host.read(base) or {}), **values}
        return self._judged(base, values)

    def _judged(self, base: str, values: Mapping[str, str]) -> tuple[str, dict[str, str]] | None:
        for label, pattern in self.patterns.items():
            if label in values and not pattern.fullmatch(values[label]):
                return None
        parts = dict(_named(values))
        for label, shape in self.defaults.items():
            inside = shape.read(values[label]) if label in values else None
            for name, value in _named(inside or {}):
                parts.setdefault(name, value)
        return (base, parts) if all(map(_is_sane, parts.values())) else None


def _is_sane(value: str) -> bool:
    """Whether it can be looked up; a query may have lines."""
    return is_plain(value.replace("\n", " "))


def _named(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for label, value in values.items():
        yield PART_NAMES.get(label, label.removeprefix("params.")), value


# Reading ---------------------------------------------------------------------------------


def _read_address(place: Place, text: str, split: SplitResult) -> tuple[str, dict[str, str]] | None:
    found = place.path.pattern.fullmatch(text) or place.longer.pattern.fullmatch(text)
    if found is None:
        return None
    values = place.path.values(found)
    fields = _read_fields(place.fields, split.query, plus=True)
    if values is None or fields is None:
        return None
    # As many segments as the decoded base has, of the path as it was written.
    base = "/".join(split.path.split("/")[: found["base"].count("/") + 1])
    return base, {**values, **fields}


def _read_place(place: Place, path: str, query: str, *, plus: bool) -> dict[str, str] | None:
    text = decoded_path(path)
    values = place.path.read(text)
    if values is None:
        values = place.longer.read(text)
    fields = _read_fields(place.fields, query, plus=plus)
    return None if values is None or fields is None else {**values, **fields}


def _read_fields(fields: Iterable[Field], query: str, *, plus: bool) -> dict[str, str] | None:
    decode = unquote_plus if plus else unquote
    given: dict[str, str] = {}
    for pair in query.split("&", _MOST_PARAMETERS)[:_MOST_PARAMETERS]:
        name, _, text = pair.partition("=")
        given.setdefault(unquote(name), decode(text))
    values: dict[str, str] = {}
    for field in fields:
        read = field.shape.read(given[field.name]) if field.name in given else None
        if read is None and field.required:
            return None
        values = {**(read or {}), **values}
    return values
