"""OpenLineage's endpoint, where its HTTP transport posts by default."""

from __future__ import annotations

from django.http import HttpResponse
from pydantic import TypeAdapter

from linkhub.api import examples
from linkhub.api.auth import INGEST, ApiRequest
from linkhub.api.bodies import Body, read_body
from linkhub.api.events import Event, EventAnswer, Read, is_list, take_list, take_one
from linkhub.api.router import router
from linkhub.ingest.models import Arrival
from linkhub.ingest.openlineage import events
from linkhub.ingest.openlineage.events import RunEvent
from linkhub.ingest.openlineage.mapping import Namespaces
from linkhub.ingest.openlineage.places import namespace_of

LINEAGE: Body[events.Event] = Body(
    "OpenLineageEvent", events.Event, {"a task of Airflow": examples.LINEAGE}
)
ADAPTER: TypeAdapter[RunEvent | object] = TypeAdapter(events.Event)


@router.post(
    "/lineage",
    tags=["Events"],
    auth=INGEST,
    response=EventAnswer,
    summary="Record OpenLineage events",
    openapi_extra=LINEAGE.openapi,
)
def post_lineage(request: ApiRequest) -> HttpResponse:
    """Take an OpenLineage event, or a JSON list of them with an answer for each.

    The namespace is the project (its slug), the domain is `default`; a source of the kind
    `openlineage` can say otherwise. Events of datasets and jobs are accepted and not kept.
    Needs the ability `ingest`.
    """
    data = read_body(request)
    take = take_list if is_list(data) else take_one
    return take(request.auth, Arrival.Kind.OPENLINEAGE, data, _reader())


def _reader() -> Read:
    namespaces = Namespaces()

    def read(data: bytes) -> Event:
        event = ADAPTER.validate_json(data)
        if not isinstance(event, RunEvent):
            return Event()
        project, domain = namespaces.place_of(namespace_of(event))
        return Event(project, domain, event.model_dump_json(exclude_defaults=True))

    return read
