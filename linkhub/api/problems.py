"""Refusals as problem documents (RFC 9457): one exception, one shape.

What may not be seen and what is not there give the same document to the letter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, NotRequired

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic_core import to_json
from typing_extensions import TypedDict

from linkhub.lib.plain_errors import plain_message

MEDIA_TYPE = "application/problem+json"
# More would only make a large answer of a large mistake.
MAX_ERRORS = 100
# Arguments of operations, each a shape of several parameters.
GROUPS = frozenset({"asked", "filters"})


@dataclass(frozen=True)
class Kind:
    """`slug` makes the document's `type`, an address on the API's page that explains it."""

    slug: str
    title: str
    detail: str

    @property
    def address(self) -> str:
        """RFC 9457 has a word for what the status says already."""
        return f"/api/docs#problem-{self.slug}" if self.slug else "about:blank"


KINDS = {
    401: Kind("unauthorized", "No or bad token", "Send `Authorization: Bearer <token>`."),
    403: Kind("forbidden", "Not allowed", "The token lacks the ability."),
    404: Kind("not-found", "Not found", "There is nothing here, or nothing that you may see."),
    405: Kind("method-not-allowed", "Method not allowed", "Another method is needed here."),
    413: Kind("too-large", "Too large", "The body is larger than is accepted."),
    415: Kind("unsupported-encoding", "Unsupported encoding", "Send the body plain or as gzip."),
    422: Kind("invalid", "Invalid", "What was sent cannot be taken."),
    429: Kind("too-many-requests", "Too many requests", "Try again after `Retry-After` seconds."),
    503: Kind("unavailable", "Unavailable", "The database is away or overloaded. Try again."),
}


def _other_kind(status: int) -> Kind:
    """Of a refusal of the framework's that is none of ours."""
    try:
        title = HTTPStatus(status).phrase
    except ValueError:
        title = "Refused"
    return Kind("", title, f"{title}.")


class FieldError(TypedDict):
    """`loc` leads to the field at fault: body, path or query, then names and list positions."""

    loc: Sequence[str | int]
    msg: str


class ProblemDocument(TypedDict):
    type: str
    title: str
    status: int
    detail: str
    errors: NotRequired[list[FieldError]]


@dataclass
class Problem(Exception):
    """Why a request is refused; raised anywhere below a route."""

    status: int
    detail: str = ""
    errors: Sequence[FieldError] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def document(self) -> ProblemDocument:
        kind = KINDS.get(self.status) or _other_kind(self.status)
        document = ProblemDocument(
            type=kind.address,
            title=kind.title,
            status=self.status,
            detail=self.detail or kind.detail,
        )
        if self.errors:
            document["errors"] = list(self.errors[:MAX_ERRORS])
        return document

    def response(self) -> HttpResponse:
        return HttpResponse(
            to_json(self.document()),
            status=self.status,
            content_type=MEDIA_TYPE,
            headers=dict(self.headers),
        )


def not_found() -> Problem:
    return Problem(404)


def forbidden(detail: str) -> Problem:
    """403: the token is good, and what it lacks is in `detail`."""
    challenge = 'Bearer error="insufficient_scope"'
    return Problem(403, detail=detail, headers={"WWW-Authenticate": challenge})


def too_many_requests(seconds: int, detail: str = "") -> Problem:
    """429, to be tried again after so many seconds."""
    return Problem(429, detail=detail, headers={"Retry-After": str(seconds)})


def unavailable() -> Problem:
    """503: the database is away or overloaded, and will be back."""
    return Problem(503, headers={"Retry-After": "5"})


def invalid(errors: Sequence[FieldError]) -> Problem:
    """422; the detail repeats the first error, for those who read nothing else."""
    first = errors[0]
    where = ".".join(str(part) for part in first["loc"])
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return Problem(422, detail=f"{where}: {first['msg']}{more}", errors=errors)


def unauthorized(error: str = "") -> Problem:
    """401; `error` is a word of RFC 6750 where a token was sent but is of no use."""
    challenge = 'Bearer realm="LinkHub"' + (f', error="{error}"' if error else "")
    return Problem(401, headers={"WWW-Authenticate": challenge})


def register(api: NinjaAPI) -> None:
    """Have every refusal of `api`, the framework's own included, answered in this shape."""
    api.add_exception_handler(Problem, _problem)
    api.add_exception_handler(AuthenticationError, _unauthorized)
    api.add_exception_handler(Http404, lambda _request, _error: not_found().response())
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(HttpError, _other)


def _problem(_request: HttpRequest, problem: Any) -> HttpResponse:
    response: HttpResponse = problem.response()
    return response


def _unauthorized(request: HttpRequest, _error: Any) -> HttpResponse:
    sent = "invalid_token" if "Authorization" in request.headers else ""
    return unauthorized(sent).response()


def _invalid(_request: HttpRequest, error: Any) -> HttpResponse:
    """Of parameters in path and query, which the framework validates."""
    return invalid(
        [
            FieldError(loc=_as_sent(one["loc"]), msg=plain_message(one["msg"]))
            for one in error.errors
        ]
    ).response()


def _as_sent(loc: Sequence[str | int]) -> Sequence[str | int]:
    """Without the name of an operation's argument that stands for many parameters."""
    return [loc[0], *loc[2:]] if len(loc) > 2 and loc[1] in GROUPS else loc


def _other(_request: HttpRequest, error: Any) -> HttpResponse:
    return Problem(error.status_code, detail=error.message).response()
