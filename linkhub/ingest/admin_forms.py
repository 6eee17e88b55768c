"""The form of a source: projects line by line, the rest of its settings as JSON."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings

from linkhub.ingest.models import Source
from linkhub.ingest.sources.credentials import check_variable
from linkhub.ingest.sources.errors import Misconfigured
from linkhub.ingest.sources.registry import choices
from linkhub.ingest.sources.rounds import parse_settings
from linkhub.lib.names import check_name
from linkhub.lib.url_policy import HostOrigin, UrlPolicy, check_url


class SourceForm(forms.ModelForm):  # type: ignore[type-arg]
    """Checks what can be known without asking the back end; the first poll says the rest."""

    kind = forms.ChoiceField(choices=choices, required=False)
    address = forms.CharField(
        max_length=2000,
        help_text="http:// or https://, of the back end's API.",
        widget=forms.TextInput(attrs={"size": 80}),
    )
    credentials_variable = forms.CharField(
        required=False,
        max_length=255,
        help_text="The environment variable that holds the credential, such as"
        " LINKHUB_SOURCE_FLYTE. It is read by the process that polls, and never stored.",
    )
    projects = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="One a line: project/domain, or project/domain -> project/domain where the runs"
        " are to go to another project or domain here.",
    )
    settings = forms.JSONField(
        required=False,
        initial=dict,
        help_text="The rest, as a JSON object; docs/flyte2.md and docs/orchestrators/ have what"
        " there is.",
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    class Meta:
        model = Source
        fields = (
            "name",
            "kind",
            "address",
            "credentials_variable",
            "enabled",
            "project",
            "interval",
            "settings",
        )
        help_texts = {
            "project": "Where the runs go whose line names no other; empty: the project of the"
            " same name.",
            "interval": "Seconds between polls; empty: 30.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = dict(self.instance.settings)
        self.initial["projects"] = "\n".join(stored.pop("projects", []))
        self.initial["settings"] = stored

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if problem := check_name(name):
            raise forms.ValidationError(problem)
        return name

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"].rstrip("/")
        policy = UrlPolicy(admin_hosts=tuple(settings.LINKHUB_CONNECTOR_HOSTS))
        if refusal := check_url(address, origin=HostOrigin.ADMIN, policy=policy):
            raise forms.ValidationError(f"This may not be asked: {refusal.message}.")
        return address

    def clean_credentials_variable(self) -> str:
        name: str = self.cleaned_data["credentials_variable"]
        if name and (problem := check_variable(name)):
            raise forms.ValidationError(problem)
        return name

    def clean_interval(self) -> Any:
        interval = self.cleaned_data["interval"]
        if interval is not None and interval.total_seconds() < 1:
            raise forms.ValidationError("At least one second.")
        return interval

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind = self.instance.kind or cleaned.get("kind", "")
        if self.errors:
            return cleaned
        lines = (line.strip() for line in cleaned["projects"].splitlines())
        given = cleaned["settings"]
        if not isinstance(given, dict):
            raise forms.ValidationError({"settings": "This is not a JSON object."})
        given = given | {"projects": [line for line in lines if line]}
        try:
            parse_settings(kind, given)
        except Misconfigured as error:
            raise forms.ValidationError(str(error)) from error
        cleaned["settings"] = given
        return cleaned
