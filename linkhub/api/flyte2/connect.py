"""Connect's unary calls over HTTP/1.1: bodies as protobuf or JSON, errors in Connect's format.

Source: connectrpc.com/docs/protocol.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from pydantic_core import from_json, to_json

from linkhub.accounts.models import ApiToken
from linkhub.api.bodies import read_body
from linkhub.api.problems import Problem
from linkhub.ingest.flyte2.values import Invalid
from linkhub.ingest.flyte2.wire import Message, WireError, decode, encode

log = structlog.get_logger(__name__)
PROTO, JSON = "application/proto", "application/json"
# The codes that clients go by; the HTTP status stays as it is everywhere else in LinkHub.
CODES = {
    400: "invalid_argument",
    401: "unauthenticated",
    403: "permission_denied",
    404: "not_found",
    405: "unimplemented",
    413: "resource_exhausted",
    415: "unimplemented",
    422: "invalid_argument",
    # The SDK tries again after this one.
    429: "unavailable",
    501: "unimplemented",
    503: "unavailable",
}


@dataclass(frozen=True)
class Call:
    """A call whose caller and body have been checked. Without a token, the caller is nobody."""

    request: HttpRequest
    token: ApiToken | None
    message: dict[str, Any]


@dataclass(frozen=True)
class Method:
    """What one procedure takes and gives; `anonymous` ones are asked before there is a token."""

    takes: Message
    gives: Message
    handle: Callable[[Call], Mapping[str, Any]]
    anonymous: bool = False


def answer(
    request: HttpRequest,
    method: Method,
    authenticate: Callable[[HttpRequest], ApiToken | None],
) -> HttpResponse:
    """The answer to a call. Raises nothing: whatever is refused is a Connect error."""
    try:
        codec = _codec(request)
        token = None if method.anonymous else authenticate(request)
        message = _read(request, codec, method.takes)
        given = method.handle(Call(request, token, message))
    except Problem as problem:
        return refusal(problem)
    except (WireError, Invalid) as error:
        return refusal(Problem(400, detail=f"{error}."))
    except (OperationalError, InterfaceError) as error:
        log.error("database_away", error=str(error))
        return refusal(Problem(503, detail="LinkHub's database is away."))
    body = encode(method.gives, given) if codec == PROTO else json.dumps(given).encode()
    return HttpResponse(body, content_type=codec)


def refusal(problem: Problem) -> HttpResponse:
    """`{"code", "message"}`, the message being what the problem document would say."""
    error = {
        "code": CODES.get(problem.status, "unknown"),
        "message": problem.document()["detail"],
    }
    return HttpResponse(
        to_json(error), status=problem.status, content_type=JSON, headers=dict(problem.headers)
    )


def _codec(request: HttpRequest) -> str:
    if request.method != "POST":
        raise Problem(405, detail="Connect calls are POST.", headers={"Allow": "POST"})
    if request.headers.get("Connect-Protocol-Version", "1") != "1":
        raise Problem(400, detail="Connect-Protocol-Version is not 1.")
    codec = (request.content_type or "").lower()
    if codec not in (PROTO, JSON):
        raise Problem(
            415,
            detail=f"Send {PROTO} or {JSON}; gRPC is not spoken here.",
            headers={"Accept-Post": f"{PROTO}, {JSON}"},
        )
    return codec


def _read(request: HttpRequest, codec: str, takes: Message) -> dict[str, Any]:
    data = read_body(request)
    if codec == PROTO:
        return decode(takes, data)
    try:
        message = from_json(data or b"{}")
    except ValueError as error:
        raise Invalid(f"the body is not JSON ({error})") from error
    if not isinstance(message, dict):
        raise Invalid("the body is not a JSON object")
    return message
