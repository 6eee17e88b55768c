from __future__ import annotations

import pytest

from linkhub.runs.models import Run
from tests.api.conftest import ACTION, RUN, Api, MakeApi
from tests.api.test_recording import WHOLE
from tests.factories import (
    make_action,
    make_attached,
    make_attempt,
    make_pod,
    make_private_project,
    make_project,
    make_run,
)
from tests.queries import queries_of

PROJECTS = "/api/v1/projects"


def test_it_lists_the_projects_that_the_token_may_see(api_that: MakeApi) -> None:
    mine = make_project("mine", title="Mine")
    make_private_project()
    assert api_that("read", project=mine).get(PROJECTS).json() == {
        "items": [{"name": "mine", "title": "Mine", "description": "", "visibility": "internal"}],
        "next": None,
    }


def test_it_lists_projects_page_by_page(api: Api) -> None:
    for name in "cab":
        make_project(name)
    first = api.get(PROJECTS, limit=2).json()
    second = api.get(PROJECTS, limit=2, cursor=first["next"]).json()
    assert [item["name"] for item in first["items"] + second["items"]] == ["a", "b", "c"]
    assert second["next"] is None


@pytest.mark.parametrize("limit", ["0", "1001", "x"])
def test_it_refuses_a_limit_out_of_bounds(api: Api, limit: str) -> None:
    assert api.get(PROJECTS, limit=limit).status_code == 422


def test_it_shows_a_run_as_it_was_recorded(api: Api) -> None:
    api.put(RUN, WHOLE)
    shown = api.get(RUN).json()
    assert (shown["project"], shown["domain"], shown["run"]) == (
        "flytesnacks",
        "development",
        "r7",
    )
    for name in ("workflow", "phase", "created_at", "ended_at", "labels", "context"):
        assert shown[name] == WHOLE[name]
    assert shown["links"][0]["url"] == "https://wiki.example.com/runs/{{.runName}}"


def test_it_shows_actions_with_attempts_and_pods(api: Api) -> None:
    api.put(RUN, WHOLE)
    recorded = WHOLE["actions"][1]  # type: ignore[index]
    shown = api.get(RUN).json()["actions"][1]
    assert shown["attempts"] == recorded["attempts"]
    assert shown["links"][0]["params"] == recorded["links"][0]["params"]
    assert api.get(ACTION).json() == shown


def test_it_takes_a_run_back_as_it_was_shown(api: Api) -> None:
    api.put(RUN, WHOLE)
    shown = api.get(RUN).json()
    body = {name: shown[name] for name in WHOLE if name in shown and name != "actions"}
    assert api.put(RUN, body).status_code == 200
    assert api.get(RUN).json() == shown


def test_it_shows_what_a_step_emitted(api: Api) -> None:
    make_action(make_run(), "x1")
    api.post(f"{ACTION}/links", {"name": "Docs", "url": "https://docs.example.com/"})
    assert api.get(ACTION).json()["emitted"][0]["key"] == "docs"


def test_it_lists_actions_page_by_page(api: Api) -> None:
    run = make_run()
    for name in ("a0", "x2", "x1"):
        make_action(run, name)
    first = api.get(f"{RUN}/actions", limit=2).json()
    second = api.get(f"{RUN}/actions", limit=2, cursor=first["next"]).json()
    assert [item["name"] for item in first["items"] + second["items"]] == ["a0", "x1", "x2"]


def grow(run: Run, *names: str) -> None:
    for name in names:
        action = make_action(run, name)
        make_attached(run, action)
        for number in (1, 2):
            make_pod(make_attempt(action, number))


@pytest.mark.parametrize("path", [RUN, f"{RUN}/actions"])
def test_it_shows_more_with_as_many_queries(api: Api, path: str) -> None:
    run = make_run()
    grow(run, "a0")
    few = queries_of(lambda: api.get(path))
    grow(run, *(f"x{number}" for number in range(10)))
    assert queries_of(lambda: api.get(path)) == few <= 7


@pytest.mark.parametrize("path", [RUN, f"{RUN}/actions", ACTION, f"{RUN}/links", f"{ACTION}/links"])
class TestOutsiders:
    def test_they_need_a_token(self, stranger: Api, path: str) -> None:
        assert stranger.get(path).status_code == 401

    def test_they_need_the_ability(self, api_that: MakeApi, path: str) -> None:
        assert api_that("ingest", "manage").get(path).status_code == 403

    def test_they_see_no_other_project(self, api_that: MakeApi, path: str) -> None:
        make_action(make_run(), "x1")
        caller = api_that("read", project=make_project("mine"))
        hidden = caller.get(path)
        absent = caller.get(path.replace("flytesnacks", "absent"))
        assert hidden.status_code == 404
        assert hidden.content == absent.content


def test_strangers_list_no_projects(stranger: Api) -> None:
    assert stranger.get(PROJECTS).status_code == 401
