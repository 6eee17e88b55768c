"""Finding a run by what one has of it: a name, a pod, a pasted URL."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.conf import settings
from django.http.response import HttpResponseBase
from ninja import Query
from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from linkhub.api.auth import READ, ApiRequest
from linkhub.api.lists import Whole, list_response, plain_list
from linkhub.api.router import router
from linkhub.links.filters import Filters
from linkhub.links.finding import Hit, find, host_of
from linkhub.links.listing import to_come

Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*[^\s\x00][^\x00]*$")]


class Sought(Whole):
    q: Annotated[Text, Field(min_length=1, max_length=settings.LINKHUB_MAX_URL_LENGTH)]
    """The name of a run, action, pod, workflow or project, a pod's uid, or a URL."""


class HitJson(TypedDict):
    """What was found: the run, action or workflow of that name, or that a pod or link belongs to.

    `kind` is `project`, `workflow`, `run`, `action`, `pod` or `link`; `url` is the page's address.
    """

    kind: str
    name: str
    project: str
    domain: str | None
    run: str | None
    action: str | None
    attempt: int | None
    pod: str | None
    workflow: str | None
    key: str | None
    phase: str | None
    created_at: datetime | None
    url: str


class HitList(TypedDict):
    """`to_come`: how many units' links are still to be resolved, where a URL was looked for."""

    items: list[HitJson]
    next: str | None
    to_come: int


@router.get("/find", tags=["Reading"], auth=READ, response=HitList, summary="Find")
def find_anything(request: ApiRequest, asked: Query[Sought]) -> HttpResponseBase:
    """What has exactly this name, uid or URL, the newest first, 20 of each kind at most.

    URLs are compared in one normal form; of one that is no stored link, what went into it is
    looked up, such as a pod's name. Needs the ability `read`.
    """
    hits = [_hit_json(hit) for hit in find(request.auth, asked.q)]
    waiting = to_come(request.auth, Filters()) if host_of(asked.q.strip()) else 0
    return list_response(request, HitJson, asked, plain_list(hits), to_come=waiting)


def _hit_json(hit: Hit) -> HitJson:
    return HitJson(
        kind=hit.kind,
        name=hit.name,
        project=hit.project,
        domain=hit.domain,
        run=hit.run,
        action=hit.action,
        attempt=hit.attempt,
        pod=hit.pod,
        workflow=hit.workflow,
        key=hit.key,
        phase=hit.phase,
        created_at=hit.created_at,
        url=hit.page,
    )
