"""The form of tools, and what it shares with that of definitions: what is wrong shows at its field.

A form makes the document that the API would take and has it checked the same way.
"""

# Django and the base class name the arguments of these hooks.
# ruff: noqa: ARG002

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Generic, TypeVar

from django import forms
from pydantic import BaseModel, ValidationError

from linkhub.lib.plain_errors import plain_errors
from linkhub.links.checks import Invalid, check_tool
from linkhub.links.documents import ToolDocument
from linkhub.links.json_field import JsonField
from linkhub.links.models import Tool

D = TypeVar("D", bound=BaseModel)
Place = tuple[str | int, ...]


class DocumentForm(forms.ModelForm, Generic[D]):  # type: ignore[type-arg]
    """A form whose values become `document`, checked as the API's are."""

    shape: type[D]
    document: D
    # Where the document and the form name a field differently.
    renamed: dict[str, str] = {}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            for place, message in self._faults(cleaned):
                self._show(place, message)
        return cleaned

    def _faults(self, cleaned: dict[str, Any]) -> Iterator[tuple[Place, str]]:
        given = self.make_document(cleaned)
        try:
            # From JSON, as the API has it: so the messages speak of JSON too.
            self.document = self.shape.model_validate_json(json.dumps(given))
            self.check_document(cleaned)
        except ValidationError as error:
            yield from plain_errors(error, given)
        except Invalid as error:
            for one in error.faults:
                yield one.loc, one.message

    def make_document(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        raise NotImplementedError

    def check_document(self, cleaned: dict[str, Any]) -> None:
        raise NotImplementedError

    def _show(self, place: Place, message: str) -> None:
        head, inner = (str(place[0]), place[1:]) if place else ("", ())
        field = self.renamed.get(head, head)
        text = f"{'.'.join(map(str, inner))}: {message}" if inner else message
        self.add_error(field if field in self.fields else None, text)


class ToolForm(DocumentForm[ToolDocument]):
    shape = ToolDocument

    class Meta:
        model = Tool
        field_classes = {"settings": JsonField, "overrides": JsonField}
        fields = (
            *("name", "title", "kind", "base_url", "settings", "overrides", "icon", "position"),
            "check_links",
        )
        help_texts = {
            "name": "Stands in templates' documents and the API; it cannot be changed later.",
            "kind": "grafana, wandb, …: which providers can use it; custom for any other.",
            "base_url": "Without a trailing slash, such as https://grafana.example.com.",
            "overrides": 'Other values by domain or cluster, such as [{"cluster": "gpu-*",'
            ' "base_url": "https://grafana-gpu.example.com"}]. The first that matches wins.',
            "icon": "Name of an icon, such as grafana; empty: the kind's.",
        }

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if Tool.objects.filter(name=name).exists():
            raise forms.ValidationError("There is a tool of this name already.")
        return name

    def make_document(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        names = ToolDocument.model_fields.keys() & cleaned.keys()
        return {name: cleaned[name] for name in names if cleaned[name] is not None}

    def check_document(self, cleaned: dict[str, Any]) -> None:
        check_tool(self.document, stored=self.instance if self.instance.pk else None)
