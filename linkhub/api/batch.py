"""Recording many runs at once: a chunk of documents a transaction, an answer for each document."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.http import HttpResponse
from pydantic import Field, TypeAdapter, ValidationError, create_model
from typing_extensions import TypedDict

from linkhub.accounts.models import ApiToken, Project
from linkhub.api import examples
from linkhub.api.access import projects_to_record
from linkhub.api.answers import json_response
from linkhub.api.auth import INGEST, ApiRequest
from linkhub.api.batch_bodies import Raw, raw_documents, too_many
from linkhub.api.bodies import Body, field_errors
from linkhub.api.problems import KINDS, FieldError, Problem
from linkhub.api.router import router
from linkhub.runs.documents import ActionDocument, Name, RunDocument
from linkhub.runs.record import RunWrite, record_batch

log = structlog.get_logger(__name__)

# A chunk is recorded together when it has so many documents, or so many bytes.
CHUNK_DOCUMENTS = 300
CHUNK_BYTES = 4 * 1024 * 1024
MAX_ERRORS = 20
NAMES = frozenset({"project", "domain", "run"})


class BatchDocument(RunDocument):
    """A run's document with the names that `PUT` has in its path."""

    project: Name
    domain: Name
    run: Name


class BatchResult(TypedDict):
    """What became of the document at `index`, counted from 0: the status that `PUT` would have."""

    index: int
    status: int
    errors: list[FieldError]


class BatchAnswer(TypedDict):
    results: list[BatchResult]


@dataclass(frozen=True)
class Entry:
    index: int
    document: BatchDocument


Chunk = list[Entry | BatchResult]


@functools.cache
def batch_document(most_actions: int) -> TypeAdapter[BatchDocument]:
    """The shape of one document, with the limit in it: see `recording.run_body`."""
    actions = Annotated[list[ActionDocument], Field(max_length=most_actions)]
    return TypeAdapter(create_model("BatchDocument", __base__=BatchDocument, actions=(actions, [])))


BATCH: Body[list[BatchDocument]] = Body("Batch", list[BatchDocument], {"two runs": examples.BATCH})


def _documented() -> dict[str, Any]:
    """The body in OpenAPI's words: the list, and lines of text."""
    documented = BATCH.openapi
    text = "\n".join(map(json.dumps, examples.BATCH))
    documented["requestBody"]["content"]["application/x-ndjson"] = {
        "schema": {"type": "string", "description": "One BatchDocument a line."},
        "examples": {"two runs": {"value": text}},
    }
    return documented


@router.post(
    "/runs:batch",
    tags=["Recording"],
    auth=INGEST,
    response=BatchAnswer,
    summary="Record many runs",
    openapi_extra=_documented(),
)
def batch_runs(request: ApiRequest) -> HttpResponse:
    """Record runs of any projects, as a JSON list or as `application/x-ndjson`, one a line.

    Each has `project`, `domain` and `run` added, and each has its own answer, in order: a bad
    one does not lose the others. Needs the ability `ingest`.
    """
    results: list[BatchResult] = []
    try:
        for chunk in _chunks(raw_documents(request)):
            results += _answers(request.auth, chunk)
    except Problem as problem:
        if not results:
            raise
        taken = f"The first {len(results)} documents were taken."
        raise replace(problem, detail=f"{problem.document()['detail']} {taken}") from problem
    return json_response(BatchAnswer(results=results))


def _chunks(documents: Iterator[Raw]) -> Iterator[Chunk]:
    """The documents, validated, as many at a time as are recorded together."""
    chunk: Chunk = []
    size = 0
    for index, raw in enumerate(documents):
        if index == settings.LINKHUB_MAX_BATCH_DOCUMENTS:
            yield chunk
            raise too_many()
        chunk.append(_validated(index, raw))
        size += len(raw or b"")
        if len(chunk) == CHUNK_DOCUMENTS or size >= CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    yield chunk


def _validated(index: int, raw: Raw) -> Entry | BatchResult:
    if raw is None:
        most = f"a document may have {settings.LINKHUB_MAX_BODY_BYTES} bytes"
        return _refused(index, 413, [FieldError(loc=["body", index], msg=most)])
    try:
        return Entry(index, batch_document(settings.LINKHUB_MAX_ACTIONS).validate_json(raw))
    except ValidationError as error:
        return _refused(index, 422, field_errors(error, raw, ("body", index)))


def _refused(index: int, status: int, errors: Sequence[FieldError]) -> BatchResult:
    return BatchResult(index=index, status=status, errors=list(errors[:MAX_ERRORS]))


def _answers(token: ApiToken, chunk: Chunk) -> list[BatchResult]:
    entries = [each for each in chunk if isinstance(each, Entry)]
    recorded = {each["index"]: each for each in _recorded(token, entries)}
    return [recorded[each.index] if isinstance(each, Entry) else each for each in chunk]


def _recorded(token: ApiToken, entries: list[Entry]) -> list[BatchResult]:
    """Together in one transaction; where that fails for whatever reason, each by itself."""
    try:
        return _record(token, entries)
    except Exception:
        log.warning("batch_chunk_failed", documents=len(entries), exc_info=True)
    return [_recorded_alone(token, entry) for entry in entries]


def _recorded_alone(token: ApiToken, entry: Entry) -> BatchResult:
    try:
        [result] = _record(token, [entry])
    except (OperationalError, InterfaceError):
        # The database is at fault and not the document: the request fails, and may be repeated.
        raise
    except Exception:
        log.exception("batch_document_failed", index=entry.index)
        failed = FieldError(loc=["body", entry.index], msg="could not be recorded")
        return _refused(entry.index, 500, [failed])
    return result


@transaction.atomic
def _record(token: ApiToken, entries: list[Entry]) -> list[BatchResult]:
    """What may be recorded, in one transaction; the second document of a new run updates it."""
    projects = projects_to_record(token, {entry.document.project for entry in entries})
    allowed = [entry for entry in entries if entry.document.project in projects]
    results = [_not_there(each) for each in entries if each.document.project not in projects]
    outcomes = record_batch([_write(entry.document, projects) for entry in allowed])
    seen: set[int] = set()
    for entry, (run, created) in zip(allowed, outcomes, strict=True):
        is_first = created and run.pk not in seen
        results.append(_refused(entry.index, 201 if is_first else 200, []))
        seen.add(run.pk)
    return results


def _write(document: BatchDocument, projects: Mapping[str, Project]) -> RunWrite:
    owner = projects[document.project]
    return RunWrite(owner, document.domain, document.run, run_of(document))


def run_of(document: BatchDocument) -> RunDocument:
    """The run's own document, without the names."""
    given = document.model_fields_set - NAMES
    return RunDocument.model_construct(given, **{name: getattr(document, name) for name in given})


def _not_there(entry: Entry) -> BatchResult:
    error = FieldError(loc=["body", entry.index, "project"], msg=KINDS[404].detail)
    return _refused(entry.index, 404, [error])
