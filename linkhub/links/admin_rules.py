"""When-rules as rows of a form: all or any, variable, operator, value."""

# Django names the arguments of these hooks.
# ruff: noqa: ARG002

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from linkhub.links.language.catalogue import BY_NAME
from linkhub.links.resolving.when import OPS

# Rows to fill in below those that are there; saving brings as many again.
EMPTY_ROWS = 3
MOST_ROWS = 200
_ROW = re.compile(r"-(\d{1,4})-variable$", re.ASCII)


class Row(NamedTuple):
    """One rule as it is typed."""

    group: str = "all"
    variable: str = ""
    op: str = OPS[0]
    value: str = ""


class RulesWidget(forms.Widget):
    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[Row]:
        """The rows that say something, in their order."""
        found = (_ROW.search(field.removeprefix(name)) for field in data if field.startswith(name))
        numbers = sorted(int(match[1]) for match in found if match)[:MOST_ROWS]
        rows = (
            Row(*(data.get(f"{name}-{number}-{part}", "").strip() for part in Row._fields))
            for number in numbers
        )
        return [row for row in rows if row.variable or row.value]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return not any(field.startswith(f"{name}-") for field in data)

    def render(
        self,
        name: str,
        value: Any,
        attrs: Any = None,
        renderer: Any = None,
    ) -> SafeString:
        rows = value if isinstance(value, list) else rows_of(value or {})
        context = {
            "name": name,
            "rows": [*rows, *[Row()] * EMPTY_ROWS],
            "ops": OPS,
            "variables": [variable.name for variable in BY_NAME.values()],
        }
        return render_to_string("admin/links/rules.html", context)


class RulesField(forms.Field):
    """Its value is a definition's `when`; what is wrong in it the document tells."""

    widget = RulesWidget

    def to_python(self, value: Any) -> dict[str, Any]:
        rules: dict[str, list[dict[str, Any]]] = {}
        for row in value or ():
            rules.setdefault(row.group, []).append(_rule(row))
        return rules

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(rows_of(initial or {}) != data)


def rows_of(when: Mapping[str, Any]) -> list[Row]:
    return [
        Row(group, str(rule.get("variable", "")), str(rule.get("op", "")), _shown(rule))
        for group in ("all", "any")
        for rule in when.get(group) or ()
    ]


def keep_types(rules: dict[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """The rules, each as it is stored already where its row was left alone: 3 stays a number."""
    known = dict(zip(rows_of(stored), _all_rules(stored), strict=True))
    for group in rules.keys() & {"all", "any"}:
        found = rules[group]
        rows = rows_of({group: found})
        rules[group] = [known.get(row, rule) for row, rule in zip(rows, found, strict=True)]
    return rules


def _all_rules(when: Mapping[str, Any]) -> list[Any]:
    return [rule for group in ("all", "any") for rule in when.get(group) or ()]


def _shown(rule: Mapping[str, Any]) -> str:
    value = rule.get("value")
    if value is None:
        return ""
    if isinstance(value, list) and any("," in str(each) for each in value):
        return json.dumps(value)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _rule(row: Row) -> dict[str, Any]:
    rule: dict[str, Any] = {"variable": row.variable, "op": row.op}
    if row.op == "in":
        rule["value"] = _listed(row.value)
    elif row.value or row.op != "exists":
        rule["value"] = row.value
    return rule


def _listed(text: str) -> list[Any]:
    """A list in JSON, else texts between commas."""
    if text.startswith("["):
        try:
            found = json.loads(text)
        except ValueError:
            found = None
        if isinstance(found, list):
            return found
    return [each.strip() for each in text.split(",") if each.strip()]
