"""A provider's parameters: those that are templates are compiled once and filled per subject."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from linkhub.links.language import MissingVariables, TemplateError, Text, Values, compile_text
from linkhub.links.language.template import STORED
from linkhub.links.providers.base import ParamValue


class Filled(NamedTuple):
    """`from_run` names the parameters whose text came from the run; `lacking` says, by parameter,
    which variables it still needs."""

    values: Mapping[str, ParamValue]
    from_run: frozenset[str]
    lacking: Mapping[str, tuple[str, ...]]

    def texts(self) -> dict[str, str]:
        """What a template reads as `params.KEY`."""
        return {
            name: str(value).lower() if isinstance(value, bool) else str(value)
            for name, value in self.values.items()
            if value is not None
        }


@dataclass(frozen=True, slots=True)
class Params:
    plain: Mapping[str, ParamValue]
    templates: tuple[tuple[str, Text], ...] = ()
    from_run: frozenset[str] = frozenset()

    @classmethod
    def compile(cls, params: Mapping[str, Any], *, attached: bool) -> Params:
        """Raises TemplateError; an attached link's text that is no template stands as it came."""
        plain: dict[str, ParamValue] = {}
        templates = []
        for name, value in params.items():
            text = compile_or_none(value, attached=attached) if isinstance(value, str) else None
            if text is None:
                plain[name] = str(value) if isinstance(value, float) else value
            else:
                templates.append((name, text))
        from_run = frozenset(name for name, text in templates if _reads_run(text))
        return cls(plain, tuple(templates), from_run)

    def __bool__(self) -> bool:
        return bool(self.plain or self.templates)

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(each for _, text in self.templates for each in sorted(text.variables))

    def fill(self, values: Values) -> Filled:
        """Raises Failed and Refused as the language does; what is missing is in `lacking`."""
        if not self.templates:
            return Filled(self.plain, self.from_run, {})
        filled, lacking = dict(self.plain), {}
        for name, text in self.templates:
            try:
                filled[name] = text.render(values)
            except MissingVariables as missing:
                lacking[name] = missing.names
        return Filled(filled, self.from_run, lacking)


def compile_or_none(source: str, *, attached: bool) -> Text | None:
    """The compiled text; None where it holds no variable, or, of an attached link, none of ours."""
    if "{{" not in source:
        return None
    try:
        text = compile_text(source, max_length=STORED)
    except TemplateError:
        if attached:
            return None
        raise
    return text if text.variables else None


def _reads_run(text: Text) -> bool:
    """Whether anything but the tool's own settings goes in."""
    return any(not name.startswith(("tool.", "tool[")) for name in text.variables)
