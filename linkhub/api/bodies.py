"""Request bodies: read within limits, unpacked, validated in one go from the bytes.

Nothing is read before the token has been checked, and never more than the limit. The content
type is not looked at: what is here is JSON.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, Generic, TypeVar, cast

from django.conf import settings
from django.http import HttpRequest
from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from linkhub.api.problems import FieldError, Problem, invalid
from linkhub.lib.plain_errors import plain_errors
from linkhub.runs.flyte_spellings import as_sent

T = TypeVar("T")
CHUNK = 64 * 1024
MAX_LOCATION = 255
GZIP = 16 + zlib.MAX_WBITS


class Body(Generic[T]):
    """What an operation takes. `name` is the name of its schema in the OpenAPI document.

    `examples` are shown there, each under its own name.
    """

    def __init__(self, name: str, shape: Any, examples: Mapping[str, Any]) -> None:
        self.name = name
        self.adapter: TypeAdapter[T] = TypeAdapter(shape)
        self.examples = examples

    def read(self, request: HttpRequest) -> T:
        """The valid body; raises Problem 413, 415 or 422 with every field at fault."""
        data = read_body(request)
        try:
            return self.adapter.validate_json(data)
        except ValidationError as error:
            raise invalid(field_errors(error, data)) from error

    @property
    def openapi(self) -> dict[str, Any]:
        """For the operation's `openapi_extra`: the body is documented though read by hand."""
        schema = {"$ref": f"#/components/schemas/{self.name}"}
        examples = {name: {"value": value} for name, value in self.examples.items()}
        content = {"application/json": {"schema": schema, "examples": examples}}
        return {"requestBody": {"required": True, "content": content}}


def read_body(request: HttpRequest) -> bytes:
    """The body's bytes, unpacked where it is gzip; raises Problem 413 past the limit."""
    return b"".join(stream_body(request, settings.LINKHUB_MAX_BODY_BYTES))


def stream_body(request: HttpRequest, limit: int) -> Iterator[bytes]:
    """The body piece by piece, as `read_body` gives it, never more than `limit` bytes of it."""
    length = request.headers.get("Content-Length") or "0"
    if length.isdecimal() and int(length[:20]) > limit:
        raise too_large(limit)
    packed = _within(_read(_stream(request)), limit)
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding in {"gzip", "x-gzip"}:
        return _within(_gunzip(packed), limit)
    if encoding not in {"", "identity"}:
        raise Problem(415, headers={"Accept-Encoding": "gzip"})
    return packed


def too_large(limit: int) -> Problem:
    return Problem(413, detail=f"The body may have {limit} bytes, after unpacking too.")


def _stream(request: HttpRequest) -> BinaryIO:
    """Where to read. Django reads nothing of a chunked body, which has no length.

    A server that sets `wsgi.input_terminated` ends the stream itself where the body ends.
    """
    meta = request.META
    if not meta.get("CONTENT_LENGTH") and meta.get("wsgi.input_terminated"):
        return cast(BinaryIO, meta["wsgi.input"])
    return cast(BinaryIO, request)


def _read(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk


def _within(chunks: Iterable[bytes], limit: int) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise too_large(limit)
        yield chunk


def _gunzip(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """One gzip member. Several are refused: each takes a copy of all that follows it."""
    member, waiting = zlib.decompressobj(GZIP), b""
    for chunk in chunks:
        waiting = chunk
        while waiting and not member.eof:
            try:
                yield member.decompress(waiting, CHUNK)
            except zlib.error as error:
                raise invalid([FieldError(loc=["body"], msg="is not valid gzip")]) from error
            waiting = member.unconsumed_tail
        if member.unused_data or waiting:
            break
    if not member.eof or member.unused_data or waiting:
        raise invalid([FieldError(loc=["body"], msg="is not exactly one gzip member")])


def field_errors(
    error: ValidationError, data: bytes, place: Sequence[str | int] = ("body",)
) -> list[FieldError]:
    """One entry per place; where a value may have several types, their messages in one.

    `place` is where `data` stands in what was sent.
    """
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    if problems[0]["type"] == "json_invalid":
        return [FieldError(loc=[*place], msg=problems[0]["msg"])]
    return [
        FieldError(loc=[*place, *map(_shortened, loc)], msg=message)
        for loc, message in plain_errors(error, from_json(data), as_sent)
    ]


def _shortened(part: str | int) -> str | int:
    return part if isinstance(part, int) else part[:MAX_LOCATION]
