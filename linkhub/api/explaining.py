"""Why each link of a run or an action is there or is not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from django.http.response import HttpResponseBase
from django.utils import timezone
from ninja import Query
from pydantic import Field
from typing_extensions import TypedDict

from linkhub.api import paths
from linkhub.api.access import action_or_404, run_or_404
from linkhub.api.auth import READ, ApiRequest
from linkhub.api.lists import Whole, list_response, plain_list
from linkhub.api.router import router
from linkhub.links.explaining import explain_action, explain_run
from linkhub.links.models import State
from linkhub.links.resolving.explain import Explanation
from linkhub.links.resolving.facts import ResolvedLink
from linkhub.links.shown import Place
from linkhub.runs.documents import Name
from linkhub.runs.scalars import Key

UNDECIDED = "undecided"
NEEDS_WORKER = "a Python class gives this link's URL, and only a worker may run it"


class OfKey(Whole):
    key: Key | None = None
    """Only the candidates of this key."""


class OfSubject(OfKey):
    attempt: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    """Only this attempt; without, the newest three."""
    pod: Name | None = None
    """Only this pod; without, three of each attempt."""


class VariableJson(TypedDict):
    """A variable that was read; without a value, `origin` is where it would come from."""

    name: str
    value: str | None
    origin: str


class OutcomeJson(TypedDict):
    """What came out; `url` is null unless `state` is `ready`. `undecided` is a Python class's."""

    name: str
    state: str
    url: str | None
    reason: str
    missing: list[str]
    notes: list[str]
    depends_on_now: bool
    expires_at: datetime | None


class ExplanationJson(TypedDict):
    """One candidate for one subject. Of a key, the highest layer that takes part wins.

    `why` says in a sentence why it does not take part or does not win. `outcome` is null unless
    it wins.
    """

    project: str
    domain: str | None
    run: str | None
    action: str | None
    attempt: int | None
    pod: str | None
    key: str
    name: str
    level: str
    layer: str
    takes_part: bool
    wins: bool
    why: str
    winner: str | None
    provider: str | None
    tool: str | None
    variables: list[VariableJson]
    outcome: OutcomeJson | None


class ExplanationList(TypedDict):
    items: list[ExplanationJson]
    next: str | None


@router.get(
    f"{paths.RUN}/explain",
    tags=["Links"],
    auth=READ,
    response=ExplanationList,
    summary="Explain a run's links",
)
def explain_run_links(
    request: ApiRequest,
    project: paths.ProjectName,
    domain: paths.DomainName,
    run: paths.RunName,
    asked: Query[OfKey],
) -> HttpResponseBase:
    """Every candidate for a link of the run's own level: whether it applies, and what came out.

    Needs the ability `read`.
    """
    row = run_or_404(request.auth, project, domain, run)
    found = explain_run(row, now=timezone.now(), key=asked.key)
    items = explanations_json(found, Place(project, domain, run))
    return list_response(request, ExplanationJson, asked, plain_list(items))


@router.get(
    f"{paths.ACTION}/explain",
    tags=["Links"],
    auth=READ,
    response=ExplanationList,
    summary="Explain an action's links",
)
def explain_action_links(
    request: ApiRequest,
    project: paths.ProjectName,
    domain: paths.DomainName,
    run: paths.RunName,
    action: paths.ActionName,
    asked: Query[OfSubject],
) -> HttpResponseBase:
    """Every candidate for a link of the action, its attempts and pods. Needs the ability `read`."""
    row = action_or_404(request.auth, project, domain, run, action)
    found = explain_action(
        row, now=timezone.now(), key=asked.key, attempt=asked.attempt, pod=asked.pod
    )
    items = explanations_json(found, Place(project, domain, run, action))
    return list_response(request, ExplanationJson, asked, plain_list(items))


def explanations_json(found: Iterable[Explanation], place: Place) -> list[ExplanationJson]:
    return [_explanation_json(each, place) for each in found]


def _explanation_json(found: Explanation, place: Place) -> ExplanationJson:
    return ExplanationJson(
        project=place.project,
        domain=place.domain,
        run=place.run,
        action=place.action,
        attempt=found.subject.attempt,
        pod=found.subject.pod,
        key=found.key,
        name=found.name,
        level=found.level,
        layer=found.layer,
        takes_part=found.takes_part,
        wins=found.wins,
        why=found.why,
        winner=found.winner or None,
        provider=found.provider or None,
        tool=found.tool or None,
        variables=[
            VariableJson(name=each.name, value=each.value, origin=each.origin)
            for each in found.variables
        ],
        outcome=_outcome(found.link) if found.link else None,
    )


def _outcome(link: ResolvedLink) -> OutcomeJson:
    return OutcomeJson(
        name=link.name,
        state=link.state or UNDECIDED,
        url=link.url if link.state == State.READY else None,
        reason=link.reason if link.state else link.reason or NEEDS_WORKER,
        missing=list(link.missing),
        notes=list(link.notes),
        depends_on_now=link.depends_on_now,
        expires_at=link.expires_at,
    )
