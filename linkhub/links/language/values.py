"""What a template may read: plain data only, built by whoever resolves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class OpenEnd:
    """An end that has not come yet; `now` (UTC) stands in for it."""

    now: datetime


Value: TypeAlias = str | int | datetime | OpenEnd

NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Values:
    """The values of one subject.

    `plain`: by LOWER-CASED variable name. A back end's extra variables are merged in by the
    builder and win over built-ins, as in Flyte. `maps`: by lower-cased name of the map
    (`context`, `labels`, `taskconfig`, `tool`, `params`), each by exact key.
    `None` and the empty string are no value. Naive times count as UTC.
    """

    plain: Mapping[str, Value | None] = field(default_factory=dict)
    maps: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def get(self, name: str) -> Value | None:
        """The value of a variable in any spelling a template may use, such as `context["a.b"]`.

        Raises TemplateError for a name no template could use.
        """
        from linkhub.links.language.parser import parse_reference

        return parse_reference(name).read(self)
