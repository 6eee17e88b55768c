"""The OpenLineage endpoint: what is refused, with which field, and who may send."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from linkhub.ingest.models import Arrival
from linkhub.runs.models import Run
from tests.api.conftest import Api, MakeApi, errors
from tests.factories import make_project
from tests.ingest.openlineage.events import event, task_event

LINEAGE = "/api/v1/lineage"
GOOD = event("START", 1, "clicks", "a")


def without(*path: str) -> dict[str, Any]:
    found = here = json.loads(json.dumps(GOOD))
    for name in path[:-1]:
        here = here[name]
    del here[path[-1]]
    return found


def with_(value: Any, *path: str) -> dict[str, Any]:
    found = here = json.loads(json.dumps(GOOD))
    for name in path[:-1]:
        here = here[name]
    here[path[-1]] = value
    return found


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (without("run"), "body.run"),
        (without("eventTime"), "body.eventTime"),
        (without("job", "name"), "body.job.name"),
        (without("job", "namespace"), "body.job.namespace"),
        (without("run", "runId"), "body.run.runId"),
        (with_("not-a-uuid", "run", "runId"), "body.run.runId"),
        (with_("yesterday", "eventTime"), "body.eventTime"),
        (with_("BEGIN", "eventType"), "body.eventType"),
        (with_(7, "job"), "body.job"),
        (with_({"parent": {"run": {}}}, "run", "facets"), "body.run.facets.parent.run.runId"),
        (
            with_({"airflow": {"taskInstance": {"try_number": -1}}}, "run", "facets"),
            "body.run.facets.airflow.taskInstance.try_number",
        ),
        ({}, "body.eventTime"),
        (7, "body"),
        (b"{", "body"),
        (b"", "body"),
        (b"\xff", "body"),
        (b"[{", "body"),
        (b"[" * 100_000, "body"),
    ],
)
def test_it_names_the_field_at_fault(api: Api, body: Any, field: str) -> None:
    answer = api.post(LINEAGE, body)
    assert answer.status_code == 422
    assert field in errors(answer)
    assert not Arrival.objects.exists()
    assert not Run.objects.exists()


def test_a_bad_one_of_a_list_loses_no_other(api: Api) -> None:
    other = event("START", 1, "clicks", "b")
    answer = api.post(LINEAGE, [GOOD, without("run", "runId"), 7, other])
    results = answer.json()["results"]
    assert [each["status"] for each in results] == [200, 422, 422, 200]
    assert results[1]["errors"][0]["loc"] == ["body", 1, "run", "runId"]
    assert Run.objects.count() == 2


def test_it_takes_gzip_within_the_limit(api: Api, settings: Any) -> None:
    packed = gzip.compress(json.dumps(GOOD).encode())
    headers = {"Content-Encoding": "gzip"}
    assert api.send("POST", LINEAGE, packed, headers=headers).status_code == 200
    settings.LINKHUB_MAX_BODY_BYTES = 100_000
    bomb = gzip.compress(b" " * 10_000_000)
    assert api.send("POST", LINEAGE, bomb, headers=headers).status_code == 413


def test_another_projects_token_is_told_nothing(api_that: MakeApi) -> None:
    api = api_that("ingest", project=make_project("mine"))
    assert api.post(LINEAGE, GOOD).status_code == 404
    mine = event("START", 1, "clicks", "b", namespace="mine")
    answer = api.post(LINEAGE, [GOOD, mine])
    assert [each["status"] for each in answer.json()["results"]] == [404, 200]
    assert list(Run.objects.values_list("project__name", flat=True)) == ["mine"]


def test_it_needs_a_token_that_can_ingest(stranger: Api, api_that: MakeApi) -> None:
    assert stranger.post(LINEAGE, GOOD).status_code == 401
    assert api_that("read").post(LINEAGE, GOOD).status_code == 403


def test_hostile_text_is_kept_as_text(api: Api) -> None:
    nasty = event("START", 1, "a\x00b<script>", "x", errorMessage={"message": "\x00\ud800"})
    assert api.post(LINEAGE, nasty).status_code in (200, 422)
    conf = {"k\x00": "v\x00", "n": {"deep": [1]}, "": "x"}
    hostile = task_event("START", 1, "{{ .secret }}/..\\")
    hostile["run"]["facets"]["airflow"]["dagRun"]["conf"] = conf
    assert api.post(LINEAGE, hostile).status_code == 200
    assert Run.objects.get(engine="airflow").context["n"] == '{"deep": [1]}'


def test_a_list_costs_no_more_queries_for_more_events(
    api: Api, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    many = [event("START", n, "clicks", f"r{n}") for n in range(200)]
    with django_assert_max_num_queries(45):
        assert api.post(LINEAGE, many).status_code == 200
