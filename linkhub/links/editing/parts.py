"""The parts of the editor that are asked for while somebody types. Nothing is stored.

The callers have checked who asks: an admin, or a maintainer of `project`. What is shown of runs
starts from what that user may see.
"""

from __future__ import annotations

import json
import uuid
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone

from linkhub.accounts.models import Project, User
from linkhub.links.admin_definition_form import DefinitionForm, ProjectDefinitionForm
from linkhub.links.admin_explain import named_by
from linkhub.links.checks import Invalid
from linkhub.links.editing.catalogue import cards_by_group, filters, names
from linkhub.links.editing.impact import impact_of
from linkhub.links.editing.outcomes import UNDECIDED, Problem, outcomes_of, problems_of
from linkhub.links.editing.proposing import Proposal, propose
from linkhub.links.editing.python_previews import answer_to, ask
from linkhub.links.editing.trying import try_on_newest, units_tried
from linkhub.links.models import LinkDefinition
from linkhub.links.previewing import NO_KEY, Trial, trial_of
from linkhub.links.providers import Provider
from linkhub.runs.models import Run


class Editor:
    """One user writing one definition: `row` is what is stored of it, `project` the owner that a
    maintainer writes for."""

    def __init__(
        self, user: User, *, project: Project | None = None, row: LinkDefinition | None = None
    ) -> None:
        self.user = user
        self.project = project
        self.row = row

    def form(self, data: QueryDict) -> DefinitionForm:
        """What was typed, with what stands fast filled in."""
        given = data.copy()
        if self.row is not None:
            given["key"] = self.row.key
            given["project"] = str(self.row.project_id or "")
        given["key"] = key = str(given.get("key") or NO_KEY)
        given["name"] = str(given.get("name") or key)
        instance = self.row or LinkDefinition(project=self.project)
        kind = ProjectDefinitionForm if self.project else DefinitionForm
        return kind(given, instance=instance)

    def trial(self, form: DefinitionForm) -> Trial:
        """Raises Invalid."""
        owner = form.owner
        update = {"project": owner.name if owner else None, "key": form.cleaned_data["key"]}
        document = form.document.model_copy(update=update)
        return trial_of(document, new_tool=form.cleaned_data.get("new_tool"))

    def run(self, data: QueryDict) -> Run | None:
        """The run that is chosen, where the user may see it and the definition is for it."""
        names = named_by(data.get("preview_on") or data.get("preview_run", ""))
        if "run" not in names:
            return None
        runs = Run.objects.visible_to(self.user).select_related("project", "workflow")
        if self.project is not None:
            runs = runs.filter(project=self.project)
        return runs.filter(
            project__name=names["project"], domain=names["domain"], name=names["run"]
        ).first()


def preview_part(request: HttpRequest, editor: Editor) -> HttpResponse:
    form, now = editor.form(request.POST), timezone.now()
    trial, problems = _tried(editor, form)
    is_empty = not (request.POST.get("template") or request.POST.get("provider"))
    context: dict[str, Any] = {"problems": problems, "is_empty": is_empty}
    context["answer_url"] = request.path.removesuffix("preview") + "answer"
    if trial is not None:
        found = try_on_newest(trial, editor.user, now=now, chosen=editor.run(request.POST))
        outcomes = outcomes_of(form, trial, found, now=now)
        context["outcomes"] = outcomes
        if any(item.state == UNDECIDED for item in outcomes.items):
            context["ticket"] = ask(editor.user, form.document, units_tried(found))
    return render(request, "editor/preview.html", context)


def answer_part(request: HttpRequest, editor: Editor) -> HttpResponse:
    """What a worker has found by now of a link that only a Python class can tell."""
    try:
        ticket = uuid.UUID(request.POST.get("ticket", ""))
    except ValueError as error:
        raise Http404("There is no such preview.") from error
    context = {"answer": answer_to(editor.user, ticket), "ticket": ticket}
    return render(request, "editor/answer.html", context)


def impact_part(request: HttpRequest, editor: Editor) -> HttpResponse:
    trial, _ = _tried(editor, editor.form(request.POST))
    impact = trial and impact_of(trial, editor.user, now=timezone.now())
    return render(request, "editor/impact.html", {"impact": impact})


def making_part(request: HttpRequest, editor: Editor) -> HttpResponse:
    """What the provider that is chosen now asks for, at its own level."""
    data = request.POST.copy()
    provider = editor.form(data).chosen
    given = _suggested(provider) if provider else {}
    missing = [name for name in ("key", "name") if provider and not data.get(name)]
    for name, text in given.items():
        if name not in {"key", "name"} or name in missing:
            data[name] = text
    # A tool that came with another provider is not this one's.
    data["new_tool"] = ""
    form = editor.form(data)
    names = [form[name] for name in missing] if editor.row is None else []
    for one in names:
        # Swapped in where it stands on the page, beside what is asked for.
        one.field.widget.attrs["hx-swap-oob"] = "outerHTML settle:0"
    context = {"form": form, "names": names, "quiet": True, "swapped": True}
    return render(request, "editor/making.html", context)


def _suggested(provider: Provider) -> dict[str, str]:
    return {
        "level": str(provider.level),
        "link_type": "logs" if provider.group == "Logs" else "external",
        "key": provider.kind.replace("_", "-"),
        "name": provider.label,
    }


def proposals_part(request: HttpRequest, editor: Editor, *, draft_url: str) -> HttpResponse:
    """What gives a pasted URL back; each proposal opens as a draft at `draft_url`."""
    found = propose(
        request.POST.get("url", ""),
        editor.user,
        now=timezone.now(),
        project=editor.project,
        may_add_tools=editor.project is None,
    )
    drafts = [(each, f"{draft_url}?{_draft(each)}") for each in found.found]
    return render(request, "editor/proposals.html", {"found": found, "drafts": drafts})


def _draft(proposal: Proposal) -> str:
    draft = {"definition": proposal.definition, "new_tool": proposal.new_tool}
    return urlencode({"draft": json.dumps(draft, separators=(",", ":"))})


def _tried(editor: Editor, form: DefinitionForm) -> tuple[Trial | None, list[Problem]]:
    if not form.is_valid():
        return None, problems_of(form)
    try:
        return editor.trial(form), []
    except Invalid as error:
        return None, [Problem("", "", one.message) for one in error.faults]


def editor_context(base: str) -> dict[str, Any]:
    """What every page with the editor shows; its parts are below the address `base`."""
    parts = ("preview", "impact", "making", "proposals", "answer")
    return {
        "urls": {part: f"{base}{part}" for part in parts},
        "groups": cards_by_group(),
        "words": {"names": names(), "filters": filters()},
    }
