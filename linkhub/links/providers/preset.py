"""A preset: a provider that one data file defines, because a template can say all of it.

`preset_files.py` reads the files; `inverse.py` derives `identify` from the template.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from linkhub.lib.url_policy import has_dot_segment
from linkhub.links.language.catalogue import Level
from linkhub.links.language.errors import MissingVariables, Refused
from linkhub.links.language.positions import Position, after_expression, after_literal
from linkhub.links.language.syntax import Expression, Literal, Node
from linkhub.links.language.template import (
    Part,
    Rendered,
    Template,
    compile_template,
)
from linkhub.links.language.values import Value, Values
from linkhub.links.providers.base import Built, Identified, Parameter, Provider, Request
from linkhub.links.providers.filling import PREFIX, Filled, Filling
from linkhub.links.providers.inverse import Inverse
from linkhub.links.providers.spans import PADDING, padded, variables_of

_BASE: Final = "{{ tool.base_url }}"


@dataclass(frozen=True, slots=True)
class Spec:
    """What a preset's file says.

    `templates`: by the value of the parameter `choose`, or one by "". Each begins with
    `{{ tool.base_url }}`, for which `base_url` stands in where the tool has none (or there is no
    tool). `padding`: how much wider than what the link is for `startTime` and `endTime` are; ""
    for presets without a time. `plain`: by variable, characters that its value keeps as they are
    because the tool writes them so; a blank in it: blanks become `+`.
    """

    kind: str
    label: str
    group: str
    icon: str
    tool_kind: str
    level: Level
    help: str
    versions: str
    source: str
    templates: Mapping[str, str]
    parameters: tuple[Parameter, ...]
    choose: str = ""
    base_url: str = ""
    padding: str = ""
    plain: Mapping[str, str] = field(default_factory=dict)


class Preset(Provider):
    """Raises TemplateError or ValueError where the file is wrong."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.kind, self.label, self.group = spec.kind, spec.label, spec.group
        self.icon, self.level, self.tool_kind = spec.icon, spec.level, spec.tool_kind
        self.help, self.versions, self.source = spec.help, spec.versions, spec.source
        self.parameters = (*spec.parameters, *([_padding(spec)] if spec.padding else []))
        self.tool_settings = tuple(each for each in spec.parameters if each.is_setting)
        self.default_base_url = "" if "{{" in spec.base_url else spec.base_url
        self._filling = Filling(self.parameters, spec.padding)
        self._compiled = {key: _Variant(spec, text) for key, text in spec.templates.items()}
        self._span = variables_of(spec.level)
        patterns = {f"{PREFIX}{one.name}": one.pattern for one in spec.parameters if one.pattern}
        wide = {label: ".+?" for label, signs in spec.plain.items() if "/" in signs} | patterns
        plus = frozenset(label for label, signs in spec.plain.items() if " " in signs)
        self._inverses = {
            key: Inverse.compile(text, spec.base_url, spec.parameters, wide, plus)
            for key, text in spec.templates.items()
        }

    def build(self, request: Request) -> Built:
        filled = self._filling.fill(request)
        variant = self._compiled[filled.texts.get(self.spec.choose, "")]
        template = variant.template(request)
        try:
            rendered = template.render(self._values(request, filled))
        except MissingVariables as missing:
            raise MissingVariables(_behind(missing.names, filled.lacking)) from None
        parts = self._parts(rendered, filled.origins)
        url = "".join([part.text for part in parts])
        if self.spec.plain and has_dot_segment(url):
            raise Refused("dot-segment", "a `.` or `..` segment would lead elsewhere")
        hosts = variant.host_parameters(request)
        return Built(url, parts, not filled.from_run.isdisjoint(hosts), rendered.depends_on_now)

    def identify(self, url: str) -> Identified | None:
        """The reading that says most, of those that each of the templates gives."""
        readings = [
            (key, *found) for key, inverse in self._inverses.items() if (found := inverse.read(url))
        ]
        if not readings:
            return None
        key, base, parts = max(readings, key=lambda reading: len(reading[2]))
        chosen = {self.spec.choose: key} if self.spec.choose else {}
        return Identified(self.kind, base, {**chosen, **parts})

    def _values(self, request: Request, filled: Filled) -> Values:
        plain: Mapping[str, Value | None] = request.values.plain
        if self.spec.padding:
            padding = filled.texts["padding"]
            start, end = padded(request, *self._span, padding)
            plain = {**plain, "starttime": start.time, "endtime": end.time}
            filled.origins.update(startTime=start.variable, endTime=end.variable)
        base = request.tool.base_url.rstrip("/") if request.tool else ""
        maps = {**request.values.maps, "params": filled.texts, "tool": {"base_url": base}}
        return Values(plain, maps)

    def _parts(self, rendered: Rendered, origins: Mapping[str, str | None]) -> tuple[Part, ...]:
        plain = self.spec.plain
        return tuple(
            Part(_plainer(text, plain.get(name, "")), origins.get(name, name))
            if name
            else Part(text, None)
            for text, name in zip(rendered.texts, rendered.names, strict=True)
            if text
        )


class _Variant:
    """One template, compiled for a tool with a base URL and for one without."""

    def __init__(self, spec: Spec, text: str) -> None:
        if not text.startswith(_BASE):
            raise ValueError(f"{spec.kind}: a template begins with {_BASE}")
        self._of_tool = compile_template(text)
        own = text.replace(_BASE, spec.base_url, 1) if spec.base_url else text
        self._own = compile_template(own)
        self._own_hosts = frozenset(_host_parameters(self._own.nodes))

    def template(self, request: Request) -> Template:
        return self._of_tool if request.tool and request.tool.base_url else self._own

    def host_parameters(self, request: Request) -> frozenset[str]:
        """The parameters that decide where the link leads."""
        return frozenset() if request.tool and request.tool.base_url else self._own_hosts


def _host_parameters(nodes: tuple[Node, ...]) -> list[str]:
    position, found = Position.START, []
    for node in nodes:
        if isinstance(node, Literal):
            position = after_literal(position, node.text)
        elif isinstance(node, Expression):
            if position.decides_host:
                found.append(node.reference.label.removeprefix(PREFIX))
            position = after_expression(position)
    return found


def _padding(spec: Spec) -> Parameter:
    return Parameter(PADDING.name, PADDING.label, PADDING.help, default=spec.padding)


def _behind(names: tuple[str, ...], lacking: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The variables that the defaults of missing parameters would have come from."""
    found: dict[str, None] = {}
    for name in names:
        found |= dict.fromkeys(lacking.get(name.removeprefix(PREFIX), (name,)))
    return tuple(found)


def _plainer(text: str, keep: str) -> str:
    """The encoded value with `keep` as the tool writes it; every `%` of a value is `%25` here."""
    for sign in keep:
        code = f"%{ord(sign):02X}"
        text = text.replace(code, "+" if sign == " " else sign)
    return text
