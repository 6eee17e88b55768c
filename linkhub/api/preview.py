"""Previews: what a definition would give, before it is saved."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from pydantic import BaseModel, ConfigDict, model_validator

from linkhub.accounts.models import ApiToken
from linkhub.api import examples
from linkhub.api.access import action_or_404, project_or_404, run_or_404
from linkhub.api.answers import json_response
from linkhub.api.auth import READ_DEFINITIONS, ApiRequest
from linkhub.api.batch import BatchDocument, run_of
from linkhub.api.bodies import Body
from linkhub.api.definitions import faults_in_body
from linkhub.api.explaining import ExplanationList, explanations_json
from linkhub.api.problems import FieldError, forbidden, invalid
from linkhub.api.router import router
from linkhub.links.documents import DefinitionDocument
from linkhub.links.previewing import described_units, preview, recorded_units
from linkhub.links.resolving.facts import UnitFacts
from linkhub.links.shown import Place
from linkhub.runs.documents import Name


class PreviewRun(BaseModel):
    """Something recorded: an action, or with fewer names the whole run or project."""

    model_config = ConfigDict(extra="forbid", strict=True)

    project: Name
    domain: Name | None = None
    run: Name | None = None
    action: Name | None = None

    @model_validator(mode="after")
    def check_names(self) -> PreviewRun:
        if (self.run is None) != (self.domain is None):
            raise ValueError("needs both domain and run, or neither")
        if self.action is not None and self.run is None:
            raise ValueError("has an action, and no run that it is of")
        return self


class PreviewDocument(BaseModel):
    """A definition, and what to try it on: something recorded, or a run's whole document."""

    model_config = ConfigDict(extra="forbid", strict=True)

    definition: DefinitionDocument
    run: PreviewRun | None = None
    document: BatchDocument | None = None

    @model_validator(mode="after")
    def check_run_or_document(self) -> PreviewDocument:
        if (self.run is None) == (self.document is None):
            raise ValueError("needs either run or document")
        return self


PREVIEW: Body[PreviewDocument] = Body(
    "PreviewDocument", PreviewDocument, {"a described run": examples.PREVIEW}
)


@router.post(
    "/definitions:preview",
    tags=["Definitions"],
    auth=READ_DEFINITIONS,
    response=ExplanationList,
    summary="Preview a definition",
    openapi_extra=PREVIEW.openapi,
)
def preview_definition(request: ApiRequest) -> HttpResponse:
    """What the definition would give for a run, or for a run's document; nothing is saved.

    Every candidate of its key is explained, for 20 actions by name unless one is named. The link
    of a Python class stays `undecided`. Needs `read`, or `manage` for a document alone.
    """
    body = PREVIEW.read(request)
    _check_owner(body)
    units = _recorded(request.auth, body.definition, body.run) if body.run else _described(body)
    with faults_in_body("definition"):
        found = preview(body.definition, units, now=timezone.now())
    items = [
        item for unit, explained in found for item in explanations_json(explained, _place(unit))
    ]
    return json_response(ExplanationList(items=items, next=None))


def _check_owner(body: PreviewDocument) -> None:
    subject = body.run or body.document
    owner = body.definition.project
    if owner is not None and subject is not None and owner != subject.project:
        error = FieldError(
            loc=["body", "definition", "project"], msg="must be the project it is tried on"
        )
        raise invalid([error])


def _recorded(
    token: ApiToken, definition: DefinitionDocument, names: PreviewRun
) -> Sequence[UnitFacts]:
    if not token.can("read"):
        raise forbidden("What is recorded needs a token that can read.")
    project = project_or_404(token, names.project)
    run = action = None
    if names.run is not None and names.domain is not None:
        run = run_or_404(token, names.project, names.domain, names.run)
        if names.action is not None:
            action = action_or_404(token, names.project, names.domain, names.run, names.action)
    elif definition.level != "project":
        error = FieldError(loc=["body", "run"], msg=f"a {definition.level} needs domain and run")
        raise invalid([error])
    return recorded_units(definition.level, project, run, action)


def _described(body: PreviewDocument) -> Sequence[UnitFacts]:
    document = body.document
    assert document is not None
    if len(document.actions) > settings.LINKHUB_MAX_ACTIONS:
        most = f"should have at most {settings.LINKHUB_MAX_ACTIONS} items"
        raise invalid([FieldError(loc=["body", "document", "actions"], msg=most)])
    return described_units(
        body.definition.level, document.project, document.domain, document.run, run_of(document)
    )


def _place(unit: UnitFacts) -> Place:
    run, action = unit.run, unit.action
    return Place(
        unit.project,
        run.domain if run else None,
        run.name if run else None,
        action.name if action else None,
    )
