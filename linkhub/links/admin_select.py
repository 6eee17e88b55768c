"""For which executions a definition is, as fields of a form: globs between commas."""

# Django names the arguments of these hooks.
# ruff: noqa: ARG002

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from linkhub.runs.phases import Phase


class Criterion(NamedTuple):
    """One thing to select by; `given` is what was typed."""

    name: str
    label: str
    placeholder: str
    given: str = ""
    suggestions: tuple[str, ...] = ()


CRITERIA = (
    Criterion("workflow", "Workflow", "train_*, evaluate"),
    Criterion("task", "Task", "*.train_model"),
    Criterion("domain", "Domain", "production"),
    Criterion("project", "Project", "flytesnacks"),
    Criterion("phase", "Phase", "failed, timed_out", suggestions=tuple(Phase.values)),
    Criterion("labels", "Labels", "team=vision, env=prod*"),
)
LABELS = "labels"


class SelectWidget(forms.Widget):
    # Left out where the definition is a project's own.
    shows_project = True

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> dict[str, str]:
        return {
            each.name: str(data.get(f"{name}-{each.name}", "")).strip()
            for each in CRITERIA
            if f"{name}-{each.name}" in data
        }

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return not any(f"{name}-{each.name}" in data for each in CRITERIA)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        texts = typed(value or {})
        rows = [each._replace(given=texts.get(each.name, "")) for each in CRITERIA]
        shown = [each for each in rows if self.shows_project or each.name != "project"]
        return render_to_string("admin/links/select.html", {"name": name, "rows": shown})


class SelectField(forms.Field):
    """Its value is a definition's `select`; what is wrong in it the document tells."""

    widget = SelectWidget

    def to_python(self, value: Any) -> dict[str, Any]:
        given = value or {}
        select: dict[str, Any] = {
            name: _globs(text) for name, text in given.items() if text and name != LABELS
        }
        if text := given.get(LABELS):
            select[LABELS] = _labels(text)
        return select

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(typed(initial or {}) != {key: text for key, text in data.items() if text})


def keep_lists(given: dict[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """The selectors, each as it is stored already where it reads the same."""
    known = typed(stored)
    return {
        name: stored[name] if name in stored and known.get(name) == text else given[name]
        for name, text in typed(given).items()
    }


def typed(select: Mapping[str, Any]) -> dict[str, str]:
    """Selectors as they are typed; what was typed already stays as it is."""
    texts = {
        name: value if isinstance(value, str) else _joined(value)
        for name, value in select.items()
        if value and name != LABELS
    }
    labels = select.get(LABELS)
    if isinstance(labels, Mapping):
        pairs = [(key, one) for key, value in labels.items() for one in _listed(value)]
        texts[LABELS] = _joined([f"{key}={one}" for key, one in pairs])
    elif labels:
        texts[LABELS] = str(labels)
    return {name: text for name, text in texts.items() if text}


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _joined(values: Any) -> str:
    """Between commas; as JSON where one of them holds a comma."""
    texts = [str(each) for each in _listed(values)]
    if any("," in text or text != text.strip() for text in texts):
        return json.dumps(texts, ensure_ascii=False)
    return ", ".join(texts)


def _split(text: str) -> list[str]:
    if text.startswith("["):
        try:
            found = json.loads(text)
        except ValueError:
            found = None
        if isinstance(found, list) and all(isinstance(each, str) for each in found):
            return found
    return [each.strip() for each in text.split(",") if each.strip()]


def _globs(text: str) -> str | list[str]:
    found = _split(text)
    return found[0] if len(found) == 1 else found


def _labels(text: str) -> dict[str, Any]:
    """`key=glob`; a key with several has any of them, one without a glob any value."""
    found: dict[str, list[str]] = {}
    for each in _split(text):
        key, _, glob = each.partition("=")
        found.setdefault(key.strip(), []).append(glob.strip() or "*")
    return {key: globs[0] if len(globs) == 1 else globs for key, globs in found.items()}
