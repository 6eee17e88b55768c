"""The form of a link definition: the admin's, and that of a project's maintainers."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

from django import forms
from pydantic import ValidationError

from linkhub.accounts.models import Project
from linkhub.lib.durations import format_duration
from linkhub.links import providers
from linkhub.links.admin_forms import DocumentForm
from linkhub.links.admin_params import ParamsField
from linkhub.links.admin_params import keep_types as keep_param_types
from linkhub.links.admin_rules import RulesField, keep_types
from linkhub.links.admin_select import SelectField, keep_lists
from linkhub.links.checks import Fault, Invalid, check_definition, check_tool
from linkhub.links.documents import DefinitionDocument, ToolDocument, tool_columns
from linkhub.links.models import LinkDefinition, Tool
from linkhub.links.providers import Provider

WHEN_HELP = (
    "Such as context.wandb_id exists. All of `all` must hold and, where there are some, one of"
    " `any`; else there is no link. `in` takes values between commas."
)
SELECT_HELP = "Globs, between commas; left empty, everything matches."
FIELDS: tuple[str, ...] = (
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
    "backlink",
    "enabled",
)
HELP = {
    "key": "Stands in addresses such as /go/…/KEY; it cannot be changed later.",
    "name": "What viewers see; may hold variables.",
    "level": "What one link is made for.",
    "show_while_pending": "Also while the execution is queued or initializing.",
    "hide_once_finished": "Not shown any more once the execution has ended.",
    "group": "Links of a group stand together.",
    "position": "Lower ones stand first.",
    "icon": "Name of an icon, such as grafana; empty: the tool's.",
    "new_tab": "Whether it opens in a new tab.",
    "backlink": "Write the run's address here into the notes of the W&B run that it leads to.",
}
Choices = list[tuple[str, str]]


def provider_choices() -> list[tuple[str, str | Choices]]:
    """The catalogue by its groups, below the choice of writing a template."""
    groups: dict[str, Choices] = defaultdict(list)
    for one in providers.all():
        groups[one.group].append((one.kind, one.label))
    ordered = [(group, sorted(kinds, key=lambda kind: kind[1])) for group, kinds in groups.items()]
    return [("", "A template of your own"), *sorted(ordered)]


class ToolField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj} ({obj.base_url or obj.kind})"


class NewToolField(forms.CharField):
    """A tool that is to be saved with the definition, as a JSON document in a hidden input."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> ToolDocument | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            document = ToolDocument.model_validate_json(text)
            check_tool(document, stored=None)
        except (ValidationError, Invalid) as error:
            raise forms.ValidationError("The new tool cannot be saved as it is.") from error
        return document


class DefinitionForm(DocumentForm[DefinitionDocument]):
    """`owner` is the project of a maintainer's form; the admin's has a field for it.

    A new tool is taken with it where `may_add_tools`.
    """

    shape = DefinitionDocument
    renamed = {"ttl": "time_to_live", "": "template"}
    may_add_tools = True

    project = forms.ModelChoiceField(
        Project.objects.order_by("name"),
        required=False,
        empty_label="All projects",
        help_text="Whose it is: the instance's, or one project's.",
    )
    provider = forms.ChoiceField(choices=provider_choices, required=False)
    tool = ToolField(
        Tool.objects.order_by("position", "name"), required=False, to_field_name="name"
    )
    new_tool = NewToolField(required=False)
    params = ParamsField(required=False)
    template = forms.CharField(
        required=False,
        widget=forms.Textarea(
            attrs={"rows": 3, "cols": 80, "spellcheck": "false", "data-template": ""}
        ),
    )
    time_to_live = forms.CharField(
        required=False, help_text="After the end, such as 30d or 12h. Empty: for ever."
    )
    select = SelectField(required=False, help_text=SELECT_HELP)
    when = RulesField(required=False, help_text=WHEN_HELP)
    reason = forms.CharField(
        required=False, max_length=1000, help_text="Why it is changed, for its history."
    )

    class Meta:
        model = LinkDefinition
        fields = FIELDS
        widgets = {
            "description": forms.Textarea(attrs={"rows": 2, "cols": 80}),
            "name": forms.TextInput(attrs={"data-template": "", "spellcheck": "false"}),
        }
        help_texts = HELP

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.ttl is not None:
            self.initial["time_to_live"] = format_duration(self.instance.ttl)
        if self.instance.tool is not None:
            self.initial["tool"] = self.instance.tool.name
        self.chosen = self._chosen()
        fields: dict[str, Any] = self.fields
        fields["params"].of(self.chosen)
        if self.chosen is not None and (kind := self.chosen.tool_kind):
            fields["tool"].queryset = Tool.objects.filter(kind=kind).order_by("position", "name")
            fields["tool"].empty_label = f"The first {kind}"
        fields["select"].widget.shows_project = self.owner is None

    def _chosen(self) -> Provider | None:
        """The provider that is chosen; of one that is not there, the refusal on saving speaks."""
        try:
            return providers.get(self["provider"].value() or "")
        except providers.UnknownProvider:
            return None

    @property
    def owner(self) -> Project | None:
        """Whose it is: what the form says, else what is stored."""
        if "project" in self.fields:
            chosen: Project | None = getattr(self, "cleaned_data", {}).get("project")
            return chosen
        kept: Project | None = self.instance.project
        return kept

    def clean_key(self) -> str:
        """A key that is taken is an error; a deleted definition's is free, and gives its row."""
        key: str = self.cleaned_data["key"]
        if self.instance.pk is None:
            found = LinkDefinition.objects.filter(project=self.owner, key=key).first()
            if found is not None and not found.deleted:
                raise forms.ValidationError("There is a definition with this key already.")
            if found is not None:
                self.instance.pk, self.instance._state.adding = found.pk, False
        return key

    def clean_when(self) -> dict[str, Any]:
        return keep_types(self.cleaned_data["when"], self.instance.when or {})

    def clean_select(self) -> dict[str, Any]:
        return keep_lists(self.cleaned_data["select"], self.instance.select or {})

    def clean_params(self) -> Any:
        return keep_param_types(self.cleaned_data["params"], self.instance.params or {})

    def clean_template(self) -> str:
        """What was written before a provider was chosen does not count."""
        return "" if self.cleaned_data.get("provider") else self.cleaned_data["template"]

    def clean_new_tool(self) -> ToolDocument | None:
        new_tool: ToolDocument | None = self.cleaned_data["new_tool"]
        if new_tool is not None and not self.may_add_tools:
            raise forms.ValidationError("Only an admin can add a tool.")
        if new_tool is not None and Tool.objects.filter(name=new_tool.name).exists():
            # Whoever sends a draft's address would lead all the tool's links elsewhere.
            raise forms.ValidationError(f"There is a tool named `{new_tool.name}` already.")
        return new_tool

    def make_document(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        names = DefinitionDocument.model_fields.keys() & cleaned.keys() - {"project", "key"}
        given = {name: cleaned[name] for name in names if cleaned[name] not in (None, "")}
        if tool := self.used_tool(cleaned):
            given["tool"] = tool.name
        if lifetime := cleaned.get("time_to_live"):
            given["ttl"] = lifetime
        return given

    def used_tool(self, cleaned: dict[str, Any]) -> Tool | None:
        """The tool that is chosen, else the one that is to be saved with it."""
        tool: Tool | None = cleaned.get("tool")
        new_tool: ToolDocument | None = cleaned.get("new_tool")
        if tool is None and new_tool is not None:
            return Tool(name=new_tool.name or new_tool.kind, **tool_columns(new_tool))
        return tool

    def check_document(self, cleaned: dict[str, Any]) -> None:
        if self.instance.managed_by:
            label = self.instance.managed_by
            raise Invalid([Fault((), f"is kept by the file labelled `{label}`")])
        check_definition(self.document, tool=self.used_tool(cleaned))


class ProjectDefinitionForm(DefinitionForm):
    """That of a project's maintainers: the project is given, tools are those that are there."""

    may_add_tools = False
    project = None  # type: ignore[assignment]

    class Meta(DefinitionForm.Meta):
        fields = tuple(name for name in FIELDS if name != "project")


def initial_of(draft: str) -> dict[str, Any]:
    """A definition's fields from a proposal's JSON, those that a definition can have so."""
    try:
        given = json.loads(draft)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(given, dict) or not isinstance(given.get("definition"), dict):
        return {}
    definition = given["definition"]
    wrong = _wrong_fields(definition)
    initial = {name: definition[name] for name in definition.keys() & set(FIELDS) - wrong}
    new_tool = given.get("new_tool")
    return initial | ({"new_tool": json.dumps(new_tool)} if isinstance(new_tool, dict) else {})


def _wrong_fields(definition: dict[str, Any]) -> set[str]:
    """What no form could show: the address of a draft may come from anybody."""
    try:
        DefinitionDocument.model_validate(definition)
    except ValidationError as error:
        return {str(each["loc"][0]) for each in error.errors() if each["loc"]}
    return set()
