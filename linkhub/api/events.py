"""Events that other systems send in their own formats: one or many in a body, each by itself.

An event is checked here, kept, and recorded with others (`linkhub/ingest/arrivals`). What is said
of a list is said as of `/runs:batch`: an answer for each, and a bad one loses no other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.http import HttpResponse
from pydantic import ValidationError
from typing_extensions import TypedDict

from linkhub.accounts.models import ApiToken
from linkhub.api.access import projects_to_record
from linkhub.api.answers import json_response
from linkhub.api.batch import BatchAnswer, BatchResult
from linkhub.api.batch_bodies import elements
from linkhub.api.bodies import field_errors
from linkhub.api.problems import KINDS, FieldError, invalid, not_found, too_many_requests
from linkhub.ingest.arrivals.accepting import record_soon
from linkhub.ingest.arrivals.backlog import seconds_to_wait
from linkhub.ingest.models import Arrival

MAX_ERRORS = 20
TOO_MUCH_WAITS = "Too many events wait to be recorded. Try again after `Retry-After` seconds."


class EventAnswer(TypedDict):
    """`accepted` events are recorded now or in a moment; `ignored` ones say nothing of a run."""

    status: str


@dataclass(frozen=True)
class Event:
    """A good event: where it goes, and what is kept of it. Without a body there is nothing to."""

    project: str = ""
    domain: str = ""
    body: str = ""


@dataclass(frozen=True)
class Bad:
    status: int
    errors: Sequence[FieldError]


class BadInside(Exception):
    """What an event carries is not valid: `error` is of `data`, which stands `where` in it."""

    def __init__(self, error: ValidationError, data: bytes, where: Sequence[str | int]) -> None:
        super().__init__(str(error))
        self.error, self.data, self.where = error, data, where


Outcome = Event | Bad
# Reads one event from its bytes; raises ValidationError or BadInside.
Read = Callable[[bytes], Event]


def take_one(token: ApiToken, kind: Arrival.Kind, data: bytes, read: Read) -> HttpResponse:
    """The answer to a body that is one event. Raises Problem 404, 422, 429."""
    outcome = _read(read, data, ("body",))
    [outcome] = _keep(token, kind, [outcome], lambda _: ("body",))
    if isinstance(outcome, Bad):
        raise not_found() if outcome.status == 404 else invalid(outcome.errors)
    return json_response(EventAnswer(status="accepted" if outcome.body else "ignored"))


def take_list(token: ApiToken, kind: Arrival.Kind, data: bytes, read: Read) -> HttpResponse:
    """The answer to a JSON list of events: one result for each. Raises Problem 413, 422, 429."""
    try:
        found = elements(data.decode())
    except UnicodeDecodeError as error:
        message = f"is not UTF-8 from byte {error.start} on"
        raise invalid([FieldError(loc=["body"], msg=message)]) from error
    outcomes = [_read(read, each, ("body", index)) for index, each in enumerate(found)]
    kept = _keep(token, kind, outcomes, lambda index: ("body", index))
    return json_response(BatchAnswer(results=[_result(*each) for each in enumerate(kept)]))


def is_list(data: bytes) -> bool:
    return data[:100].lstrip().startswith(b"[")


def _read(read: Read, data: bytes, place: Sequence[str | int]) -> Outcome:
    try:
        return read(data)
    except ValidationError as error:
        return Bad(422, field_errors(error, data, place)[:MAX_ERRORS])
    except BadInside as bad:
        errors = field_errors(bad.error, bad.data, (*place, *bad.where))
        return Bad(422, errors[:MAX_ERRORS])


def _keep(
    token: ApiToken,
    kind: Arrival.Kind,
    outcomes: Sequence[Outcome],
    place: Callable[[int], Sequence[str | int]],
) -> list[Outcome]:
    """Keep what may be recorded; the rest is as if its project were not there."""
    if wait := seconds_to_wait():
        raise too_many_requests(wait, TOO_MUCH_WAITS)
    with transaction.atomic():
        names = {each.project for each in outcomes if isinstance(each, Event) and each.body}
        projects = projects_to_record(token, names)
        rows = []
        answers: list[Outcome] = []
        for index, each in enumerate(outcomes):
            if isinstance(each, Bad) or not each.body:
                answers.append(each)
            elif (project := projects.get(each.project)) is None:
                errors = [FieldError(loc=place(index), msg=KINDS[404].detail)]
                answers.append(Bad(404, errors))
            else:
                answers.append(each)
                arrival = Arrival(kind=kind, project=project, domain=each.domain, body=each.body)
                rows.append(arrival)
        Arrival.objects.bulk_create(rows)
    if rows:
        record_soon()
    return answers


def _result(index: int, outcome: Outcome) -> BatchResult:
    if isinstance(outcome, Bad):
        return BatchResult(index=index, status=outcome.status, errors=list(outcome.errors))
    return BatchResult(index=index, status=200, errors=[])
