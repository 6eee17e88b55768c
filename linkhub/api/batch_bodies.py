"""The body of a batch, document by document: a JSON list, or one document a line (NDJSON).

A list is read whole, within the limit of any body, and refused whole where it is no JSON. Lines
are read as they come, so that memory does not grow with their number; a bad one is its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TypeAlias

from django.conf import settings
from django.http import HttpRequest

from linkhub.api.bodies import stream_body, too_large
from linkhub.api.problems import FieldError, Problem, invalid

LINES = frozenset(
    {"application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"}
)
BLANK = b" \t\r\n"
# A document's own bytes, or None where there are more than a body may have.
Raw: TypeAlias = bytes | None


def raw_documents(request: HttpRequest) -> Iterator[Raw]:
    """The documents as they were sent; raises Problem 413 or 422, of lines after the first ones.

    What is sent under another content type is a list where it begins as one.
    """
    chunks = stream_body(request, settings.LINKHUB_MAX_BATCH_BYTES)
    first = next((chunk for chunk in chunks if chunk.strip(BLANK)), b"")
    chunks = chain([first], chunks)
    kind = request.content_type
    looks_like_list = not first or first.lstrip(BLANK).startswith(b"[")
    if kind == "application/json" or (kind not in LINES and looks_like_list):
        return iter(elements(_whole(chunks)))
    return (line for line in _lines(chunks) if line is None or line.strip(BLANK))


def _whole(chunks: Iterable[bytes]) -> str:
    found, size = [], 0
    for chunk in chunks:
        size += len(chunk)
        if size > settings.LINKHUB_MAX_BODY_BYTES:
            raise too_large(settings.LINKHUB_MAX_BODY_BYTES)
        found.append(chunk)
    try:
        return b"".join(found).decode()
    except UnicodeDecodeError as error:
        raise _not_json(f"is not UTF-8 from byte {error.start} on") from error


def _lines(chunks: Iterable[bytes]) -> Iterator[Raw]:
    """The lines; of one that is too long nothing is kept."""
    longest = settings.LINKHUB_MAX_BODY_BYTES
    line, too_long = bytearray(), False
    for chunk in chunks:
        for number, piece in enumerate(chunk.split(b"\n")):
            if number:
                yield None if too_long else bytes(line)
                line, too_long = bytearray(), False
            if not too_long:
                line += piece
            if len(line) > longest:
                line, too_long = bytearray(), True
    yield None if too_long else bytes(line)


def elements(text: str) -> list[bytes]:
    """Each element of a JSON list as it was written: its own validation looks at it again."""
    # Numbers are taken as they stand: one of a million digits is not worth reading here.
    decoder = json.JSONDecoder(parse_int=len, parse_float=len)
    found: list[bytes] = []
    place = _after_blanks(text, 0)
    if text[place : place + 1] != "[":
        raise _not_json("must be a list of documents, or one document a line as x-ndjson")
    place = _after_blanks(text, place + 1)
    while text[place : place + 1] != "]":
        if found:
            place = _after_comma(text, place)
        try:
            _, end = decoder.raw_decode(text, place)
        except json.JSONDecodeError as error:
            raise _not_json(f"{error.msg} at line {error.lineno} column {error.colno}") from error
        except RecursionError as error:
            raise _not_json("is nested too deeply") from error
        found.append(text[place:end].encode("utf-8", "surrogatepass"))
        if len(found) > settings.LINKHUB_MAX_BATCH_DOCUMENTS:
            raise too_many()
        place = _after_blanks(text, end)
    if _after_blanks(text, place + 1) != len(text):
        raise _not_json("has something behind the list")
    return found


def _after_comma(text: str, place: int) -> int:
    if text[place : place + 1] != ",":
        raise _not_json(f"expected `,` or `]` at character {place + 1}")
    return _after_blanks(text, place + 1)


def _after_blanks(text: str, place: int) -> int:
    while text[place : place + 1] in {" ", "\t", "\r", "\n"}:
        place += 1
    return place


def _not_json(message: str) -> Problem:
    return invalid([FieldError(loc=["body"], msg=message)])


def too_many() -> Problem:
    most = settings.LINKHUB_MAX_BATCH_DOCUMENTS
    return Problem(413, detail=f"A batch may have {most} documents.")
