"""CloudEvents 1.0 over HTTP, in its three modes: binary, structured and batched.

Source: the CloudEvents specification's HTTP protocol binding.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from django.http import HttpResponse
from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from linkhub.api import examples
from linkhub.api.auth import INGEST, ApiRequest
from linkhub.api.bodies import Body, read_body
from linkhub.api.events import BadInside, Event, EventAnswer, is_list, take_list, take_one
from linkhub.api.problems import FieldError, invalid
from linkhub.api.router import router
from linkhub.ingest.cloudevents.events import DATA, KINDS, Envelope, execution_of
from linkhub.ingest.cloudevents.reading import Kept
from linkhub.ingest.models import Arrival

BATCH = "application/cloudevents-batch+json"
STRUCTURED = "application/cloudevents+json"
ATTRIBUTES = ("specversion", "id", "source", "type")
CLOUDEVENT: Body[Envelope] = Body(
    "CloudEvent", Envelope, {"a task of Flyte 1": examples.CLOUDEVENT}
)
ENVELOPE: TypeAdapter[Envelope] = TypeAdapter(Envelope)


def _documented() -> dict[str, Any]:
    documented = CLOUDEVENT.openapi
    content = documented["requestBody"]["content"]
    content[STRUCTURED] = content["application/json"]
    return documented


@router.post(
    "/cloudevents",
    tags=["Events"],
    auth=INGEST,
    response=EventAnswer,
    summary="Record CloudEvents of Flyte 1",
    openapi_extra=_documented(),
)
def post_cloudevents(request: ApiRequest) -> HttpResponse:
    """Take a CloudEvent (binary or structured), or a batch with an answer for each.

    Those of Flyte 1 are recorded, in either version; others are accepted and not kept. An
    event's `id` says nothing: the same event twice changes nothing. Needs the ability `ingest`.
    """
    data = read_body(request)
    content = (request.content_type or "").lower()
    if content == BATCH or (content != STRUCTURED and not _is_binary(request) and is_list(data)):
        return take_list(request.auth, Arrival.Kind.CLOUDEVENTS, data, _read)
    if content != STRUCTURED and _is_binary(request):
        data = _structured(request, data)
    return take_one(request.auth, Arrival.Kind.CLOUDEVENTS, data, _read)


def _is_binary(request: ApiRequest) -> bool:
    return "ce-specversion" in request.headers or "ce-type" in request.headers


def _structured(request: ApiRequest, data: bytes) -> bytes:
    """The same event as one document: its attributes stand in headers, percent-encoded."""
    try:
        event = {"data": from_json(data or b"null")}
    except ValueError as error:
        raise invalid([FieldError(loc=["body"], msg=f"is not JSON ({error})")]) from error
    for name in ATTRIBUTES:
        if given := request.headers.get(f"ce-{name}"):
            event[name] = unquote(given)
    return to_json(event)


def _read(data: bytes) -> Event:
    event = ENVELOPE.validate_json(data)
    kind = KINDS.get(event.type)
    if kind is None:
        return Event()
    try:
        said = DATA[kind].model_validate(event.data)
    except ValidationError as error:
        raise BadInside(error, to_json(event.data), ("data",)) from error
    execution = execution_of(said)
    kept = Kept(kind=kind, data=said.model_dump(mode="json", exclude_defaults=True))
    return Event(execution.project, execution.domain, kept.model_dump_json())
