"""A provider's parameters as fields of a form, with their help; others in JSON below them."""

# Django names the arguments of these hooks.
# ruff: noqa: ARG002

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from linkhub.links.json_field import JsonField
from linkhub.links.providers import Parameter, Provider

NO_JSON = "{}"


class Typed(NamedTuple):
    """What was typed: by parameter, and the JSON of the others."""

    listed: dict[str, str]
    others: str


class Row(NamedTuple):
    """One parameter with its value; `unlisted`: a value that is none of its choices."""

    parameter: Parameter
    value: str

    @property
    def unlisted(self) -> bool:
        return bool(self.value) and self.value not in self.parameter.choices


class ParamsWidget(forms.Widget):
    provider: Provider | None = None

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Typed:
        prefix = f"{name}-"
        listed = {
            field.removeprefix(prefix): str(data.get(field, "")).strip()
            for field in data
            if field.startswith(prefix)
        }
        return Typed(listed, str(data.get(name, "")))

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data and not any(field.startswith(f"{name}-") for field in data)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        typed = value if isinstance(value, Typed) else _typed(value or {}, self.provider)
        rows = [Row(each, typed.listed.get(each.name, "")) for each in _listed(self.provider)]
        is_open = self.provider is None or self.provider.open_parameters
        context = {
            "name": name,
            "provider": self.provider,
            "rows": rows,
            "others": typed.others or NO_JSON,
            "shows_others": is_open or typed.others.strip() not in {"", NO_JSON},
        }
        return render_to_string("admin/links/params.html", context)


class ParamsField(forms.Field):
    """Its value is a definition's `params`; what is wrong in it the document tells."""

    widget = ParamsWidget
    provider: Provider | None = None

    def of(self, provider: Provider | None) -> None:
        """Ask for what this provider takes; without one, for what a template reads."""
        self.provider = self.widget.provider = provider

    def to_python(self, value: Any) -> Any:
        typed = value or Typed({}, "")
        others = JsonField(required=False).clean(typed.others)
        if others is None:
            others = {}
        if not isinstance(others, dict):
            return others
        known = {each.name for each in _listed(self.provider)}
        listed = {name: text for name, text in typed.listed.items() if text and name in known}
        if twice := known & others.keys() & listed.keys():
            raise ValidationError(f"{min(twice)}: stands here twice.")
        return {**others, **listed}

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(_typed(initial or {}, self.provider) != data)


def keep_types(given: Any, stored: Mapping[str, Any]) -> Any:
    """The parameters, each as it is stored already where it reads the same: 3 stays a number."""
    if not isinstance(given, dict):
        return given
    return {
        name: stored[name] if name in stored and _text(stored[name]) == value else value
        for name, value in given.items()
    }


def _listed(provider: Provider | None) -> tuple[Parameter, ...]:
    return provider.parameters if provider else ()


def _typed(params: Mapping[str, Any], provider: Provider | None) -> Typed:
    """What is stored, as it would be typed."""
    known = {each.name for each in _listed(provider)}
    listed = dict(_texts(params, known))
    others = {name: value for name, value in params.items() if name not in known}
    return Typed(listed, json.dumps(others, ensure_ascii=False, indent=2) if others else NO_JSON)


def _texts(params: Mapping[str, Any], known: set[str]) -> Iterator[tuple[str, str]]:
    for name, value in params.items():
        if name in known and value is not None:
            yield name, _text(value)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
