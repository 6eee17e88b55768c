"""The parameters of a preset, filled in for one link."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from linkhub.links.language.errors import Failed, MissingVariables
from linkhub.links.language.parser import parse_reference
from linkhub.links.language.syntax import Expression, Node, Reference
from linkhub.links.language.template import Text, compile_text
from linkhub.links.language.values import Values
from linkhub.links.providers.base import Parameter, Request
from linkhub.links.providers.spans import PADDING

PREFIX: Final = "params."
"""What templates call a parameter by, before its name."""


@dataclass(frozen=True, slots=True)
class Filled:
    """The texts of parameters, those that came from the run, and what others still need.

    `origins`: by what a template calls a value, the variable that it really is; none where it was
    written by hand.
    """

    texts: dict[str, str] = field(default_factory=dict)
    from_run: set[str] = field(default_factory=set)
    lacking: dict[str, tuple[str, ...]] = field(default_factory=dict)
    origins: dict[str, str | None] = field(default_factory=dict)


class Filling:
    """A preset's parameters, their defaults compiled once. Raises TemplateError."""

    def __init__(self, parameters: tuple[Parameter, ...], padding: str) -> None:
        self.parameters = parameters
        self.padding = padding
        self._defaults = {
            each.name: compile_text(each.default)
            for each in parameters
            if each.default and each.name != PADDING.name
        }

    def fill(self, request: Request) -> Filled:
        """Each parameter as the definition gives it, else as the tool does, else its default."""
        filled = Filled()
        for parameter in self.parameters:
            name = parameter.name
            text, origin = _written(request, parameter)
            from_run = bool(text) and origin is None and name in request.variable_params
            if not text:
                text, origin = self._default(request, name, filled)
                from_run = origin is not None
            if text:
                _check(parameter, text)
                filled.texts[name] = text
                filled.origins[f"{PREFIX}{name}"] = origin
                filled.from_run.update([name] if from_run else [])
        return filled

    def _default(self, request: Request, name: str, filled: Filled) -> tuple[str, str | None]:
        """The default's text, and the first of its variables that has a value."""
        default = self._defaults.get(name)
        if default is None:
            return (self.padding if name == PADDING.name else ""), None
        try:
            rendered = default.fill(request.values)
        except MissingVariables as missing:
            filled.lacking[name] = missing.names
            return "", None
        return rendered.url, _first_used(default, request.values)


def _written(request: Request, parameter: Parameter) -> tuple[str, str | None]:
    """What the definition says, or the tool, with the variable of the tool that it then is."""
    value = request.params.get(parameter.name)
    text = str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
    if not text and parameter.is_setting and request.tool:
        return request.tool.setting(parameter.name), f"tool.{parameter.name}"
    return text, None


def _first_used(text: Text, values: Values) -> str | None:
    labels = [each for node in text.nodes for each in _labels(node)]
    return next(
        (label for label in labels if parse_reference(label).read(values) is not None), None
    )


def _labels(node: Node) -> list[str]:
    """The variables of one expression, in the order in which they are tried."""
    if not isinstance(node, Expression):
        return []
    others = [
        each.label for one in node.filters for each in one.arguments if isinstance(each, Reference)
    ]
    return [node.reference.label, *others]


def _check(parameter: Parameter, text: str) -> None:
    if parameter.choices and text not in parameter.choices:
        wanted = " or ".join(parameter.choices)
        raise Failed(f"parameter `{parameter.name}` is `{text[:40]}`, but must be {wanted}")
    if parameter.pattern and not re.fullmatch(parameter.pattern, text):
        raise Failed(
            f"parameter `{parameter.name}` is `{text[:40]}`, but must match {parameter.pattern}"
        )
