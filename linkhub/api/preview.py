"""Previews: what a definition would give, before it is saved."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from pydantic import BaseModel, ConfigDict, model_validator
from typing_extensions import TypedDict

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
from linkhub.links.editing.impact import (
    BECOMES_READY,
    CHANGES,
    STOPS_READY,
    Change,
    Side,
    impact_of,
)
from linkhub.links.previewing import described_units, preview, recorded_units, trial_of
from linkhub.links.resolving.facts import UnitFacts
from linkhub.links.shown import Place
from linkhub.runs.documents import Name


class SideJson(TypedDict):
    """A link before or after; `url` is null unless `state` is `ready`."""

    state: str
    url: str | None
    reason: str


class ChangeJson(TypedDict):
    """One link that would not be the same."""

    project: str
    domain: str | None
    run: str | None
    action: str | None
    attempt: int | None
    pod: str | None
    before: SideJson
    after: SideJson


class ImpactJson(TypedDict):
    """What saving would change on what the token may see; counts over the `runs` looked at.

    `whole`: these are all there are; else a sample, the newest and others spread over time.
    `examples` has at most ten changes of each kind.
    """

    runs: int
    whole: bool
    matched: int
    links: int
    becomes_ready: int
    stops_being_ready: int
    changes: int
    undecided: int
    warnings: list[str]
    examples: dict[str, list[ChangeJson]]


class PreviewList(ExplanationList):
    """`impact` is null unless it is asked for."""

    impact: ImpactJson | None


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
    impact: bool = False
    """True: also count what saving it would change. Needs `read`."""

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
    response=PreviewList,
    summary="Preview a definition",
    openapi_extra=PREVIEW.openapi,
)
def preview_definition(request: ApiRequest) -> HttpResponse:
    """What the definition would give for a run, or for a run's document; nothing is saved.

    Every candidate of its key is explained, for 20 actions by name unless one is named. The link
    of a Python class stays `undecided`. With `impact`, what saving would change is counted too.
    Needs `read`, or `manage` for a document alone.
    """
    body = PREVIEW.read(request)
    _check_owner(body)
    units = _recorded(request.auth, body.definition, body.run) if body.run else _described(body)
    with faults_in_body("definition"):
        found = preview(body.definition, units, now=timezone.now())
    items = [
        item for unit, explained in found for item in explanations_json(explained, _place(unit))
    ]
    impact = _impact(request.auth, body.definition) if body.impact else None
    return json_response(PreviewList(items=items, next=None, impact=impact))


def _impact(token: ApiToken, definition: DefinitionDocument) -> ImpactJson:
    if not token.can("read"):
        raise forbidden("The impact on what is recorded needs a token that can read.")
    with faults_in_body("definition"):
        found = impact_of(trial_of(definition), token, now=timezone.now())
    return ImpactJson(
        runs=found.runs,
        whole=found.whole,
        matched=found.matched,
        links=found.links,
        becomes_ready=found.counts[BECOMES_READY],
        stops_being_ready=found.counts[STOPS_READY],
        changes=found.counts[CHANGES],
        undecided=found.undecided,
        warnings=found.warnings,
        examples={
            kind.replace(" ", "_"): [_change(each) for each in changes]
            for kind, changes in found.examples.items()
        },
    )


def _change(change: Change) -> ChangeJson:
    place, subject = change.place, change.subject
    return ChangeJson(
        project=place.project,
        domain=place.domain,
        run=place.run,
        action=place.action,
        attempt=subject.attempt,
        pod=subject.pod,
        before=_side(change.before),
        after=_side(change.after),
    )


def _side(side: Side) -> SideJson:
    return SideJson(state=side.state, url=side.url or None, reason=side.reason)


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
