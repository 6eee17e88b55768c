"""Finding a run by what one has of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from linkhub.accounts.models import ApiToken
from linkhub.lib.url_form import url_digest
from linkhub.links.finding import Hit, find
from tests import factories as make

pytestmark = pytest.mark.django_db
URL = "https://wandb.example.com/vision/cats/runs/7"
LOGQL = "%7Bnamespace%3D%22ml-dev%22%2C%20pod%3D%22pod-7%22%7D"


@pytest.fixture
def token() -> ApiToken:
    return make.make_token()[0]


@pytest.fixture(autouse=True)
def findable() -> None:
    run = make.make_run()
    action = make.make_action(run, "x1")
    make.make_pod(make.make_attempt(action), "pod-7", uid="uid-7")
    place = {"project": run.project, "key": "wandb", "name": "W&B"}
    make.make_link(run, action, url=URL, url_digest=url_digest(URL), **place)


def places(hits: list[Hit]) -> list[tuple[str, str | None, str | None, str | None]]:
    return [(hit.kind, hit.run, hit.action, hit.pod) for hit in hits]


@pytest.mark.parametrize(
    ("query", "kind", "run", "action", "pod"),
    [
        ("r7", "run", "r7", None, None),
        ("  r7\n", "run", "r7", None, None),
        ("x1", "action", "r7", "x1", None),
        ("pod-7", "pod", "r7", "x1", "pod-7"),
        ("uid-7", "pod", "r7", "x1", "pod-7"),
        ("train_pipeline", "workflow", None, None, None),
        ("flytesnacks", "project", None, None, None),
        (URL, "link", "r7", "x1", None),
        ("HTTPS://WANDB.example.com:443/vision/cats/runs/7", "link", "r7", "x1", None),
        ("https://wandb.ai/vision/cats/runs/r7-x1", "action", "r7", "x1", None),
        ("https://wandb.ai/vision/cats/runs/r7-x1-worker-3", "action", "r7", "x1", None),
    ],
)
def test_it_finds(
    token: ApiToken, query: str, kind: str, run: str | None, action: str | None, pod: str | None
) -> None:
    assert places(find(token, query)) == [(kind, run, action, pod)]


def test_it_finds_names_that_look_like_urls(token: ApiToken) -> None:
    make.make_run("s3://bucket/key")
    assert places(find(token, "s3://bucket/key")) == [("run", "s3://bucket/key", None, None)]


def test_it_finds_names_and_links_of_the_same_url(token: ApiToken) -> None:
    make.make_run(URL, created_at=make.CREATED - timedelta(days=1))
    assert [hit.kind for hit in find(token, URL)] == ["link", "run"]


@pytest.mark.parametrize(
    "query", ["", "r", "R7", "nope", "https://[", "https://x.example.com/", "a\0b", "x" * 8000]
)
def test_it_finds_nothing_else(token: ApiToken, query: str) -> None:
    assert find(token, query) == []


def test_it_finds_the_newest_first(token: ApiToken) -> None:
    make.make_run("r7", domain="production", created_at=make.CREATED + timedelta(days=1))
    assert [hit.domain for hit in find(token, "r7")] == ["production", "development"]


@pytest.mark.parametrize("query", ["r7", "x1", "pod-7", "uid-7", "train_pipeline", URL])
def test_it_finds_nothing_that_the_viewer_may_not_see(query: str) -> None:
    other, _ = make.make_token(project=make.make_project("other"))
    assert find(other, query) == []


def test_its_queries_do_not_grow(token: ApiToken) -> None:
    def look() -> int:
        with CaptureQueriesContext(connection) as queries:
            find(token, "x1")
            find(token, "https://wandb.ai/vision/cats/runs/a-b-c-d-x1")
        return len(queries)

    few = look()
    for number in range(5):
        make.make_action(make.make_run(f"run-{number}"), "x1")
    assert look() == few
