from __future__ import annotations

import gzip
import io
import json
from typing import Any

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from linkhub.api.bodies import CHUNK, read_body
from linkhub.api.problems import Problem
from linkhub.api.recording import RUN as RUN_DOCUMENT
from linkhub.runs.models import Run
from tests.api.conftest import ACTION, RUN, Api, errors

LIMIT = 100_000
TASK = "/api/v1/projects/flytesnacks/tasks/t/versions/v/links"
GZIP = {"headers": {"Content-Encoding": "gzip"}}


@pytest.fixture(autouse=True)
def limit(settings: Any) -> None:
    settings.LINKHUB_MAX_BODY_BYTES = LIMIT


def test_it_refuses_a_body_over_the_limit(api: Api) -> None:
    response = api.put(RUN, b" " * (LIMIT + 1))
    assert response.status_code == 413
    assert response.json()["title"] == "Too large"
    assert not Run.objects.exists()


def test_it_takes_a_body_of_exactly_the_limit(api: Api) -> None:
    assert api.put(RUN, b"{}" + b" " * (LIMIT - 2)).status_code == 201


class Endless(io.RawIOBase):
    """A body that goes on for ever, and knows how much of it was read."""

    given = 0

    def read(self, size: int = -1) -> bytes:
        assert size > 0
        self.given += size
        return b" " * size


def chunked(stream: Any) -> Any:
    request = RequestFactory().put("/", b"")
    request.META |= {"wsgi.input_terminated": True, "wsgi.input": stream}
    return request


def test_it_reads_a_chunked_body() -> None:
    assert read_body(chunked(io.BytesIO(b'{"phase":"running"}'))) == b'{"phase":"running"}'


def test_it_stops_reading_a_chunked_body_at_the_limit() -> None:
    endless = Endless()
    with pytest.raises(Problem) as caught:
        read_body(chunked(endless))
    assert caught.value.status == 413
    assert endless.given <= LIMIT + CHUNK


def test_it_reads_nothing_of_what_says_it_is_too_long() -> None:
    request = RequestFactory().put("/", b"", headers={"Content-Length": str(LIMIT + 1)})
    endless = request.META["wsgi.input"] = Endless()
    with pytest.raises(Problem):
        read_body(request)
    assert endless.given == 0


def test_it_unpacks_gzip(api: Api) -> None:
    assert api.put(RUN, gzip.compress(b'{"phase":"failed"}', mtime=0), **GZIP).status_code == 201
    assert Run.objects.get().phase == "failed"


def test_it_stops_unpacking_at_the_limit(api: Api) -> None:
    assert api.put(RUN, gzip.compress(b" " * 50_000_000, mtime=0), **GZIP).status_code == 413


@pytest.mark.parametrize(
    "body", [b"{}", gzip.compress(b"{}", mtime=0)[:-4], gzip.compress(b"{}", mtime=0) * 2], ids=str
)
def test_it_refuses_what_is_not_one_whole_gzip(api: Api, body: bytes) -> None:
    assert "body" in errors(api.put(RUN, body, **GZIP))


def test_it_refuses_other_encodings(api: Api) -> None:
    response = api.put(RUN, b"{}", headers={"Content-Encoding": "br"})
    assert (response.status_code, response["Accept-Encoding"]) == (415, "gzip")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"phase":,}', "line 1 column 10"),
        (b"", "line 1 column 0"),
        (b"\xff", "line 1 column 1"),
        (b'{"org": "\\ud800"}', "line 1"),
        (b"[" * 50_000, "recursion limit"),
        (b'{"actions":' * 5_000, "recursion limit"),
    ],
)
def test_it_says_where_json_is_wrong(api: Api, body: bytes, message: str) -> None:
    response = api.put(RUN, body)
    assert response.status_code == 422
    assert message in errors(response)["body"]


def test_it_takes_the_last_of_the_same_key(api: Api) -> None:
    assert api.put(RUN, b'{"phase":"queued","phase":"running"}').status_code == 201
    assert Run.objects.get().phase == "running"


def test_it_takes_any_content_type(api: Api) -> None:
    response = api.put(RUN, b"{}", headers={"Content-Type": "text/plain"})
    assert response.status_code == 201


def test_it_shows_one_error_for_a_value_of_several_types(api: Api) -> None:
    link = {"name": "x", "provider": "wandb_run", "params": {"entity": ["vision"]}}
    found = errors(api.put(RUN, {"links": [link]}))
    assert list(found) == ["body.links.0.params.entity"]


SENT = {"key": "a", "uri": 5, "linkType": "ODD", "ShowWhilePending": "x", "iconUri": 7}
WRONG = ["iconUri", "linkType", "ShowWhilePending", "uri"]


@pytest.mark.parametrize(
    ("method", "path", "body", "place"),
    [
        ("POST", f"{RUN}/links", SENT, "body."),
        ("POST", f"{ACTION}/links", SENT, "body."),
        ("PUT", RUN, {"links": [SENT]}, "body.links.0."),
        ("PUT", RUN, {"actions": [{"name": "x1", "links": [SENT]}]}, "body.actions.0.links.0."),
        ("PATCH", ACTION, {"links": [SENT]}, "body.links.0."),
        ("PUT", TASK, [SENT], "body.0."),
        ("PUT", TASK, {"links": [SENT]}, "body.links.0."),
    ],
)
def test_it_names_fields_in_the_senders_spelling(
    api: Api, method: str, path: str, body: Any, place: str
) -> None:
    found = sorted(errors(api.send(method, path, body)), key=str.lower)
    assert found == [place + name for name in WRONG]


def test_it_names_fields_of_a_batch_in_the_senders_spelling(api: Api) -> None:
    document = {"project": "p", "domain": "d", "run": "r", "links": [SENT]}
    [result] = api.post("/api/v1/runs:batch", [document]).json()["results"]
    found = sorted((each["loc"] for each in result["errors"]), key=lambda loc: loc[-1].lower())
    assert found == [["body", 0, "links", 0, name] for name in WRONG]


def test_it_calls_what_is_missing_by_our_name(api: Api) -> None:
    found = errors(api.put(RUN, {"actions": [{"displayName": "x1"}]}))
    assert set(found) == {"body.actions.0.name", "body.actions.0.displayName"}


def test_it_bounds_what_it_says_about_a_hopeless_body(api: Api) -> None:
    response = api.put(RUN, {"k" * 300 + str(n): 1 for n in range(200)})
    assert len(response.json()["errors"]) == 100
    assert len(response.content) < 60_000


def test_it_refuses_text_that_cannot_be_stored(api: Api) -> None:
    assert "body.org" in errors(api.put(RUN, {"org": "a\x00b"}))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(body=JSON.map(lambda value: json.dumps(value).encode()) | st.binary())
def test_it_refuses_any_other_body_without_an_error_of_its_own(body: bytes) -> None:
    request = RequestFactory().put("/", body, content_type="application/json")
    try:
        RUN_DOCUMENT.read(request)
    except Problem as problem:
        refused = problem.document()
    else:
        return
    assert refused["status"] == 422
    assert refused["errors"][0]["loc"][0] == "body"
