from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterable
from typing import Any

import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.test import RequestFactory

from linkhub.accounts.models import Project
from linkhub.api import batch
from linkhub.api.batch_bodies import raw_documents
from linkhub.runs.models import Pending, Run
from tests.api.conftest import Api, MakeApi, errors
from tests.factories import make_private_project, make_project, make_run

BATCH = "/api/v1/runs:batch"
NDJSON = {"headers": {"Content-Type": "application/x-ndjson"}}


def doc(run: str = "r1", project: str = "flytesnacks", **fields: Any) -> dict[str, Any]:
    return {"project": project, "domain": "development", "run": run, **fields}


def lines(documents: Iterable[Any]) -> bytes:
    return b"\n".join(json.dumps(each).encode() for each in documents)


def statuses(response: HttpResponse) -> list[int]:
    assert response.status_code == 200, response.content
    results = response.json()["results"]
    assert [each["index"] for each in results] == list(range(len(results)))
    return [each["status"] for each in results]


def send_lines(api: Api, documents: Iterable[Any], **options: Any) -> HttpResponse:
    return api.send("POST", BATCH, lines(documents), **(NDJSON | options))


def test_it_records_a_list(api: Api) -> None:
    response = api.post(BATCH, [doc("r1", phase="running"), doc("r2", project="other")])
    assert response.json() == {
        "results": [
            {"index": 0, "status": 201, "errors": []},
            {"index": 1, "status": 201, "errors": []},
        ]
    }
    assert Run.objects.get(name="r1").phase == "running"
    assert set(Project.objects.values_list("name", flat=True)) == {"flytesnacks", "other"}
    assert Pending.objects.filter(run__isnull=False).count() == 2


def test_it_records_lines(api: Api) -> None:
    assert statuses(send_lines(api, [doc("r1"), doc("r2")])) == [201, 201]
    assert statuses(send_lines(api, [doc("r2"), doc("r3")])) == [200, 201]


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain"])
def test_it_tells_lists_and_lines_apart(api: Api, kind: str) -> None:
    headers = {"headers": {"Content-Type": kind}}
    assert statuses(api.send("POST", BATCH, b" \n[" + lines([doc()]) + b"] ", **headers)) == [201]
    assert statuses(api.send("POST", BATCH, lines([doc(), doc()]), **headers)) == [200, 200]


def test_it_passes_over_blank_lines(api: Api) -> None:
    body = b"\r\n\n" + lines([doc("r1")]) + b"\r\n  \n" + lines([doc("r2")]) + b"\n"
    assert statuses(api.send("POST", BATCH, body, **NDJSON)) == [201, 201]


@pytest.mark.parametrize("body", [b"[]", b" [ ] "])
def test_it_takes_an_empty_list(api: Api, body: bytes) -> None:
    assert statuses(api.send("POST", BATCH, body)) == []


def test_it_answers_for_each_document(api: Api) -> None:
    response = api.post(BATCH, [doc("r1"), doc("r2", phase="resting"), {"run": "r3"}, 7, doc("r4")])
    assert statuses(response) == [201, 422, 422, 422, 201]
    results = response.json()["results"]
    assert results[1]["errors"][0]["loc"] == ["body", 1, "phase"]
    assert [each["loc"] for each in results[2]["errors"]] == [
        ["body", 2, "project"],
        ["body", 2, "domain"],
    ]
    assert set(Run.objects.values_list("name", flat=True)) == {"r1", "r4"}


def test_it_answers_for_a_line_that_is_no_json(api: Api) -> None:
    body = lines([doc("r1")]) + b"\n{oh no}\n\xff\n" + lines([doc("r2")])
    assert statuses(api.send("POST", BATCH, body, **NDJSON)) == [201, 422, 422, 201]


def test_it_takes_a_run_several_times(api: Api) -> None:
    at = "2026-01-05T10:00:0{}Z"
    documents = [
        doc(phase="running", updated_at=at.format(1), labels={"a": "1"}),
        doc(phase="succeeded", updated_at=at.format(3)),
        doc(labels={"b": "2"}, updated_at=at.format(2)),
    ]
    assert statuses(api.post(BATCH, documents)) == [201, 200, 200]
    run = Run.objects.get()
    assert (run.phase, run.labels) == ("succeeded", {"a": "1", "b": "2"})


def test_it_records_actions_and_links(api: Api) -> None:
    link = {"name": "Notes", "url": "https://wiki.example.com/"}
    api.post(BATCH, [doc(actions=[{"name": "a0", "links": [link]}], links=[link])])
    shown = api.get("/api/v1/projects/flytesnacks/domains/development/runs/r1").json()
    assert shown["links"] == shown["actions"][0]["links"] != []


def test_it_leaves_alone_what_is_left_out(api: Api) -> None:
    make_run("r1", launched_by="ana")
    api.post(BATCH, [doc(version=None)])
    run = Run.objects.get()
    assert (run.launched_by, run.version) == ("ana", "")


def test_it_takes_chunk_by_chunk(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "CHUNK_DOCUMENTS", 2)
    made = [doc(f"r{number}") for number in range(5)]
    assert statuses(send_lines(api, made)) == [201] * 5
    monkeypatch.setattr(batch, "CHUNK_BYTES", 1)
    assert statuses(api.post(BATCH, made)) == [200] * 5


def test_it_takes_gzip(api: Api) -> None:
    body = gzip.compress(lines([doc("r1"), doc("r2")]), mtime=0)
    headers = {"Content-Type": "application/x-ndjson", "Content-Encoding": "gzip"}
    assert statuses(api.send("POST", BATCH, body, headers=headers)) == [201, 201]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "must be a list"),
        (b"{}", "must be a list"),
        (b"[", "Expecting value at line 1 column 2"),
        (b"[{} {}]", "expected `,` or `]` at character 5"),
        (b"[{},]", "Expecting value"),
        (b"[{}] []", "behind the list"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[\xff]", "UTF-8"),
    ],
)
def test_it_refuses_what_is_no_list(api: Api, body: bytes, message: str) -> None:
    assert message in errors(api.send("POST", BATCH, body))["body"]


def test_it_reads_a_number_of_any_length(api: Api) -> None:
    assert statuses(api.send("POST", BATCH, b"[" + b"1" * 5000 + b"]")) == [422]


@pytest.mark.parametrize("send", [send_lines, lambda api, made: api.post(BATCH, made)])
def test_it_refuses_more_documents_than_the_limit(api: Api, send: Any, settings: Any) -> None:
    settings.LINKHUB_MAX_BATCH_DOCUMENTS = 2
    assert statuses(send(api, [doc("r1"), doc("r2")])) == [201, 201]
    response = send(api, [doc("r1"), doc("r2"), doc("r3")])
    assert response.status_code == 413
    assert "may have 2 documents" in response.json()["detail"]
    assert not Run.objects.filter(name="r3").exists()


def test_it_refuses_more_bytes_than_the_limit(api: Api, settings: Any) -> None:
    settings.LINKHUB_MAX_BATCH_BYTES = 100
    assert send_lines(api, [doc("r1"), doc("r2")]).status_code == 413
    assert not Run.objects.exists()


def test_it_says_how_much_it_took_before_the_limit(
    api: Api, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "CHUNK_DOCUMENTS", 1)
    settings.LINKHUB_MAX_BATCH_DOCUMENTS = 1
    response = send_lines(api, [doc("r1"), doc("r2")])
    assert "The first 1 documents were taken." in response.json()["detail"]
    assert Run.objects.get().name == "r1"


def test_it_refuses_a_line_over_the_limit_alone(api: Api, settings: Any) -> None:
    settings.LINKHUB_MAX_BODY_BYTES = 200
    documents = [doc("r1"), doc("r2", org="x" * 200), doc("r3")]
    assert statuses(send_lines(api, documents)) == [201, 413, 201]
    assert api.post(BATCH, documents).status_code == 413


def test_it_limits_actions_as_a_put_does(api: Api, settings: Any) -> None:
    settings.LINKHUB_MAX_ACTIONS = 1
    actions = [{"name": "a0"}, {"name": "a1"}]
    assert statuses(api.post(BATCH, [doc(actions=actions), doc(actions=actions[:1])])) == [422, 201]


def failing_for(name: str, error: Exception) -> Any:
    record = batch.record_batch

    def fail(writes: Any) -> Any:
        if any(write.name == name for write in writes):
            raise error
        return record(writes)

    return fail


def test_it_loses_no_others_when_one_fails(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "record_batch", failing_for("r2", ValueError("no")))
    response = api.post(BATCH, [doc("r1"), doc("r2"), doc("r3")])
    assert statuses(response) == [201, 500, 201]
    assert response.json()["results"][1]["errors"] == [
        {"loc": ["body", 1], "msg": "could not be recorded"}
    ]
    assert Run.objects.count() == 2


def test_it_fails_as_a_whole_without_a_database(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "record_batch", failing_for("r1", OperationalError("gone")))
    response = api.post(BATCH, [doc("r1")])
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0


def test_it_records_in_a_tokens_own_project_only(api_that: MakeApi) -> None:
    make_private_project("secret")
    caller = api_that("ingest", project=make_project())
    response = caller.post(BATCH, [doc(), doc(project="secret"), doc(project="absent")])
    assert statuses(response) == [201, 404, 404]
    _, hidden, absent = response.json()["results"]
    assert hidden["errors"][0]["msg"] == absent["errors"][0]["msg"]
    assert not Project.objects.filter(name="absent").exists()


def test_it_needs_a_token_that_can_ingest(api_that: MakeApi, stranger: Api) -> None:
    assert stranger.post(BATCH, [doc()]).status_code == 401
    assert api_that("read", "manage").post(BATCH, [doc()]).status_code == 403
    assert not Run.objects.exists()


class Slow(io.RawIOBase):
    """Lines for ever, and how much of them was read."""

    given = 0

    def read(self, size: int = -1) -> bytes:
        self.given += 1
        return lines([doc(f"r{self.given}")]) + b"\n"


def test_it_reads_lines_no_further_than_it_has_come() -> None:
    request = RequestFactory().post("/", b"", content_type="application/x-ndjson")
    slow = Slow()
    request.META |= {"wsgi.input_terminated": True, "wsgi.input": slow, "CONTENT_LENGTH": ""}
    documents = raw_documents(request)
    assert [json.loads(next(documents) or b"")["run"] for _ in range(3)] == ["r1", "r2", "r3"]
    assert slow.given <= 4
