"""The admin's page for importing links that another system is configured with."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from linkhub.accounts.models import Project, User
from linkhub.links.as_code.exporting import as_yaml
from linkhub.links.as_code.file import LABEL
from linkhub.links.as_code.showing import plan_text
from linkhub.links.as_code.tree import MAX_BYTES, BadFile
from linkhub.links.edits import Edit
from linkhub.links.importing.found import Found
from linkhub.links.importing.importing import SYSTEMS, TAGS, find_links, import_links


class ImportForm(forms.Form):
    """The configuration as text or as a file; both at once would be one too many."""

    system = forms.ChoiceField(
        choices=[(name, f"{each.title}: {each.what}") for name, each in SYSTEMS.items()]
    )
    text = forms.CharField(
        required=False,
        strip=False,
        label="Configuration",
        help_text="YAML or JSON: the whole file, a ConfigMap, Helm values or the part itself.",
        widget=forms.Textarea(attrs={"rows": 16, "cols": 100, "spellcheck": "false"}),
    )
    file = forms.FileField(required=False, label="Or a file")
    project = forms.ModelChoiceField(
        Project.objects.order_by("name"), required=False, empty_label="The instance"
    )
    label = forms.RegexField(
        LABEL,
        required=False,
        help_text="Of a file that keeps them from then on; empty: they are changed here.",
    )
    tags = forms.ChoiceField(
        choices=[(each, each) for each in TAGS],
        label="Tags of Jaeger are in",
        help_text="Where runs hold what spans hold as tags.",
    )
    replace = forms.BooleanField(required=False, label="Replace definitions whose key is taken")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if bool(cleaned.get("text", "").strip()) == bool(cleaned.get("file")):
            raise forms.ValidationError("Give either the configuration or a file.")
        return cleaned

    def source(self) -> bytes:
        file = cast("UploadedFile[Any] | None", self.cleaned_data["file"])
        if file is None:
            return str(self.cleaned_data["text"]).encode()
        data: bytes = file.read(MAX_BYTES + 1)
        return data

    def find(self) -> Found:
        """Raises BadFile."""
        given = self.cleaned_data
        return find_links(
            given["system"],
            self.source(),
            project=given["project"],
            replace=given["replace"],
            tags=given["tags"],
        )


class ImportPage(admin.ModelAdmin):  # type: ignore[type-arg]
    """For the admin of definitions: what would be made is shown first, then made."""

    def get_urls(self) -> list[Any]:
        view = require_http_methods(["GET", "POST"])(self.import_view)
        own = path("import/", self.admin_site.admin_view(view), name="links_linkdefinition_import")
        return [own, *super().get_urls()]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        if not (self.has_add_permission(request) and self.has_change_permission(request)):
            raise PermissionDenied
        form = ImportForm(request.POST or None, request.FILES or None)
        found: Found | None = None
        if request.method == "POST" and form.is_valid():
            try:
                found = form.find()
                if "save" in request.POST and found.definitions:
                    return self._imported(request, form, found)
            except BadFile as error:
                for mistake in error.mistakes:
                    form.add_error("text", str(mistake))
        return self._import_page(request, form, found)

    def _imported(self, request: HttpRequest, form: ImportForm, found: Found) -> HttpResponse:
        """Raises BadFile."""
        given = form.cleaned_data
        edit = Edit(user=cast(User, request.user), way=f"import from {given['system']}")
        plan = import_links(found, project=given["project"], label=given["label"], edit=edit)
        messages.success(request, plan_text(plan, applied=True).splitlines()[-1])
        for one in found.left_out:
            messages.warning(request, f"Left out: {one}")
        return HttpResponseRedirect(reverse("admin:links_linkdefinition_changelist"))

    def _import_page(
        self, request: HttpRequest, form: ImportForm, found: Found | None
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "Import links",
            "opts": self.opts,
            "form": form,
            "found": found,
            "text": as_yaml(found.file(label=form.cleaned_data["label"])) if found else "",
        }
        return render(request, "admin/links/import.html", context)
