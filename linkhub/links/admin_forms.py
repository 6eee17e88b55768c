"""The admin's forms of tools and definitions: what is wrong shows at its field.

A form makes the document that the API would take and has it checked the same way.
"""

# Django and the base class name the arguments of these hooks.
# ruff: noqa: ARG002

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Generic, TypeVar

from django import forms
from django.utils.html import format_html_join
from pydantic import BaseModel, ValidationError

from linkhub.lib.durations import format_duration
from linkhub.lib.plain_errors import plain_errors
from linkhub.links import providers
from linkhub.links.admin_rules import RulesField, keep_types
from linkhub.links.checks import Invalid, check_definition, check_tool
from linkhub.links.documents import DefinitionDocument, ToolDocument
from linkhub.links.json_field import JsonField
from linkhub.links.models import LinkDefinition, Tool

D = TypeVar("D", bound=BaseModel)
Place = tuple[str | int, ...]

TEMPLATE_HELP = (
    "For example https://grafana.example.com/d/pods?var-pod={{ .podName }}. Either this or a"
    " provider."
)
SELECT_HELP = (
    "Which executions: project, domain, workflow, task, phase (a glob or a list of them) and"
    ' labels (a map), such as {"workflow": "train_*"}. Empty: all.'
)
WHEN_HELP = (
    "Such as context.wandb_id exists. All of `all` must hold and, where there are some, one of"
    " `any`; else there is no link. `in` takes values between commas."
)


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
        fields = ("name", "title", "kind", "base_url", "settings", "overrides", "icon", "position")
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


Choices = list[tuple[str, str]]


def provider_choices() -> list[tuple[str, str | Choices]]:
    """The catalogue by its groups, below the choice of writing a template."""
    groups: dict[str, Choices] = defaultdict(list)
    for one in providers.all():
        groups[one.group].append((one.kind, one.label))
    ordered = [(group, sorted(kinds, key=lambda kind: kind[1])) for group, kinds in groups.items()]
    return [("", "None: a template"), *sorted(ordered)]


def _parameters_help(kind: str) -> str:
    """What the provider takes; of one that is not there, the refusal on saving speaks."""
    try:
        provider = providers.get(kind)
    except providers.UnknownProvider:
        return "A provider's parameters are listed here once it is chosen and saved."
    rows = ((each.name, each.help) for each in provider.parameters)
    return format_html_join("", "<code>{}</code>: {}<br>", rows)


def _code_area(rows: int = 4) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "cols": 100, "spellcheck": "false"})


class DefinitionForm(DocumentForm[DefinitionDocument]):
    shape = DefinitionDocument
    renamed = {"ttl": "time_to_live", "": "template"}

    provider = forms.ChoiceField(choices=provider_choices, required=False)
    template = forms.CharField(
        required=False,
        help_text=TEMPLATE_HELP,
        widget=_code_area(3),
    )
    time_to_live = forms.CharField(
        required=False, help_text="After the end, such as 30d or 12h. Empty: for ever."
    )

    when = RulesField(required=False, help_text=WHEN_HELP)

    class Meta:
        model = LinkDefinition
        field_classes = {"params": JsonField, "select": JsonField}
        fields = (
            "project",
            "key",
            "name",
            "description",
            "level",
            "tool",
            "provider",
            "params",
            "template",
            "select",
            "when",
            "show_while_pending",
            "hide_once_finished",
            "group",
            "position",
            "icon",
            "link_type",
            "new_tab",
            "enabled",
        )
        widgets = {
            "description": forms.Textarea(attrs={"rows": 2, "cols": 100}),
            "params": _code_area(),
            "select": _code_area(),
        }
        help_texts = {
            "project": "Empty: for all projects.",
            "key": "Stands in addresses such as /go/…/KEY; it cannot be changed later.",
            "name": "What viewers see; may hold variables.",
            "level": "What one link is made for.",
            "select": SELECT_HELP,
            "show_while_pending": "Also while the execution is queued or initializing.",
            "hide_once_finished": "Not shown any more once the execution has ended.",
            "icon": "Name of an icon, such as grafana; empty: the tool's.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.ttl is not None:
            self.initial["time_to_live"] = format_duration(self.instance.ttl)
        kind = self["provider"].value() or ""
        self.fields["params"].help_text = _parameters_help(kind)

    def clean_key(self) -> str:
        """A key that is taken is an error; a deleted definition's is free, and gives its row."""
        key: str = self.cleaned_data["key"]
        if self.instance.pk is None:
            owner = self.cleaned_data.get("project")
            found = LinkDefinition.objects.filter(project=owner, key=key).first()
            if found is not None and not found.deleted:
                raise forms.ValidationError("There is a definition with this key already.")
            if found is not None:
                self.instance.pk, self.instance._state.adding = found.pk, False
        return key

    def clean_when(self) -> dict[str, Any]:
        return keep_types(self.cleaned_data["when"], self.instance.when or {})

    def make_document(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        tool = cleaned.get("tool")
        given = {
            name: cleaned[name]
            for name in DefinitionDocument.model_fields.keys() & cleaned.keys() - {"project", "key"}
            if cleaned[name] not in (None, "")
        }
        if tool is not None:
            given["tool"] = tool.name
        if lifetime := cleaned.get("time_to_live"):
            given["ttl"] = lifetime
        return given

    def check_document(self, cleaned: dict[str, Any]) -> None:
        check_definition(self.document, tool=cleaned.get("tool"))
