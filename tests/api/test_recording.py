from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from linkhub.accounts.models import Project
from linkhub.runs.models import Action, AttachedLink, Run, Task
from tests.api.conftest import ACTION, RUN, Api, MakeApi, errors
from tests.factories import make_project, make_run

WHOLE = {
    "workflow": "train_pipeline",
    "version": "v3",
    "engine": "flyte2",
    "phase": "running",
    "launched_by": "ana",
    "org": "",
    "cluster": "gpu-1",
    "namespace": "ml-dev",
    "source_url": "https://flyte.example.com/run",
    "created_at": "2026-01-05T10:00:00Z",
    "started_at": "2026-01-05T10:00:01Z",
    "ended_at": None,
    "updated_at": "2026-01-05T10:00:04Z",
    "labels": {"team": "vision"},
    "context": {"wandb_project": "cats"},
    "links": [
        {"key": "notes", "name": "Notes", "url": "https://wiki.example.com/runs/{{.runName}}"}
    ],
    "actions": [
        {"name": "a0", "task": "train_pipeline", "phase": "running"},
        {
            "name": "x1",
            "parent": "a0",
            "task": "train_model",
            "task_version": "v3",
            "task_type": "python",
            "phase": "running",
            "started_at": "2026-01-05T10:00:02Z",
            "ended_at": None,
            "updated_at": None,
            "context": {"wandb_id": "abc"},
            "task_config": {"host": "https://wandb.ai"},
            "labels": {},
            "replaces_task_links": False,
            "attempts": [
                {
                    "number": 1,
                    "phase": "running",
                    "started_at": "2026-01-05T10:00:02Z",
                    "ended_at": None,
                    "cluster": "gpu-1",
                    "error": "",
                    "generated_name": "r7-x1-0",
                    "variables": {},
                    "pods": [
                        {
                            "name": "r7-x1-0",
                            "uid": "",
                            "namespace": "ml-dev",
                            "container": "main",
                            "container_id": "",
                            "hostname": "",
                            "node": "ip-1",
                            "worker_index": 0,
                            "primary": True,
                            "started_at": None,
                            "ended_at": None,
                        }
                    ],
                }
            ],
            "links": [
                {
                    "name": "Weights & Biases",
                    "provider": "wandb_run",
                    "params": {"entity": "vision", "run_mode": "new"},
                }
            ],
        },
    ],
}


def test_it_records_the_document_of_the_contract(api: Api) -> None:
    response = api.put(RUN, WHOLE)
    assert response.status_code == 201, response.content
    assert response.json()["url"] == "/projects/flytesnacks/development/runs/r7/"
    run = Run.objects.get(name="r7")
    assert (run.workflow and run.workflow.name, run.version) == ("train_pipeline", "v3")
    assert run.actions.count() == 2
    assert AttachedLink.objects.count() == 2


def test_it_takes_the_same_run_again_as_an_update(api: Api) -> None:
    api.put(RUN, WHOLE)
    response = api.put(RUN, {"phase": "succeeded"})
    assert response.status_code == 200
    assert Run.objects.get().phase == "succeeded"


def test_it_creates_an_internal_project_with_the_first_write(api: Api) -> None:
    api.put(RUN)
    assert Project.objects.get().visibility == "internal"


def test_it_creates_nothing_of_an_invalid_document(api: Api) -> None:
    assert api.put(RUN, {"phase": "resting"}).status_code == 422
    assert not Project.objects.exists()


def test_it_records_in_a_tokens_own_project(api_that: MakeApi) -> None:
    project = make_project("flytesnacks")
    assert api_that("ingest", project=project).put(RUN).status_code == 201


@pytest.mark.parametrize("other", ["hidden", "absent"])
def test_it_answers_404_for_the_project_of_another_token(api_that: MakeApi, other: str) -> None:
    make_run(project=make_project("hidden"), domain="d", name="r")
    caller = api_that("ingest", project=make_project("mine"))
    path = f"/api/v1/projects/{other}/domains/d/runs/r"
    response = caller.put(path)
    assert response.status_code == 404
    assert response.json() == caller.put("/api/v1/projects/x/domains/d/runs/r").json()
    assert not Project.objects.filter(name="absent").exists()


def test_it_names_the_field_at_fault(api: Api) -> None:
    body = {
        "actions": [
            {"name": "a0"},
            {"attempts": [{"number": "1"}], "phase": "resting"},
        ],
        "workfow": "x",
        "labels": {"team": 3},
    }
    response = api.put(RUN, body)
    assert response.status_code == 422
    assert set(errors(response)) == {
        "body.actions.1.name",
        "body.actions.1.attempts.0.number",
        "body.actions.1.phase",
        "body.workfow",
        "body.labels.team",
    }


def test_it_refuses_more_actions_than_the_limit(api: Api, settings: object) -> None:
    settings.LINKHUB_MAX_ACTIONS = 2  # type: ignore[attr-defined]
    response = api.put(RUN, {"actions": [{"name": f"a{n}"} for n in range(3)]})
    assert list(errors(response)) == ["body.actions"]
    assert not Run.objects.exists()


def test_it_records_one_action_and_its_unseen_run(api: Api) -> None:
    response = api.patch(ACTION, {"phase": "running", "parent": "a0"})
    assert response.status_code == 201, response.content
    assert Action.objects.get().run.name == "r7"
    assert api.patch(ACTION, {"phase": "failed"}).status_code == 200


def test_it_refuses_a_name_in_an_actions_body(api: Api) -> None:
    assert "body.name" in errors(api.patch(ACTION, {"name": "x2"}))


TASK_LINKS = "/api/v1/projects/flytesnacks/tasks/train_model/versions/v3/links"
LINK = {"name": "Docs", "url": "https://docs.example.com/"}


@pytest.mark.parametrize("body", [[LINK], {"updated_at": "2026-01-05T10:00:00Z", "links": [LINK]}])
def test_it_stores_a_tasks_static_links(api: Api, body: object) -> None:
    assert api.put(TASK_LINKS, body).status_code == 201
    assert Task.objects.get().links[0]["key"] == "docs"
    assert api.put(TASK_LINKS, body).status_code == 200


def test_it_says_where_a_task_link_is_wrong(api: Api) -> None:
    wrong = LINK | {"url": 3}
    assert list(errors(api.put(TASK_LINKS, [wrong]))) == ["body.0.url"]
    assert list(errors(api.put(TASK_LINKS, {"links": [wrong]}))) == ["body.links.0.url"]
    assert list(errors(api.put(TASK_LINKS, 3))) == ["body"]


@pytest.mark.parametrize("wrong", [0, "0", "1960-01-05T10:00:00Z", "9999-12-31T23:59:59Z", "noon"])
def test_it_takes_only_times_that_can_be_stored(api: Api, wrong: object) -> None:
    document = {"updated_at": wrong, "links": []}
    assert list(errors(api.put(TASK_LINKS, document))) == ["body.updated_at"]


def test_it_stores_an_emitted_link(api: Api) -> None:
    assert api.post(f"{RUN}/links", LINK).status_code == 201
    assert api.post(f"{RUN}/links", LINK | {"name": "docs"}).status_code == 200
    assert AttachedLink.objects.get().layer == "emitted"


def test_it_stores_an_emitted_link_of_an_action(api: Api) -> None:
    response = api.post(f"{ACTION}/links", LINK)
    assert response.json()["url"].endswith("/runs/r7/actions/x1/")
    assert AttachedLink.objects.get().action == Action.objects.get()


def test_it_records_more_actions_with_as_many_queries(api: Api) -> None:
    def body(count: int) -> dict[str, object]:
        pods = [{"name": "p"}]
        attempts = [{"number": 1, "phase": "running", "pods": pods}]
        names = [f"x{number}" for number in range(count)]
        return {"actions": [{"name": name, "task": "t", "attempts": attempts} for name in names]}

    api.put(RUN, body(1))
    with CaptureQueriesContext(connection) as few:
        api.put(f"{RUN}-few", body(2))
    with CaptureQueriesContext(connection) as many:
        api.put(f"{RUN}-many", body(20))
    assert len(many) == len(few)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", RUN),
        ("PATCH", ACTION),
        ("PUT", TASK_LINKS),
        ("POST", f"{RUN}/links"),
        ("POST", f"{ACTION}/links"),
    ],
)
class TestOutsiders:
    def test_they_need_a_token(self, stranger: Api, method: str, path: str) -> None:
        response = stranger.send(method, path, {})
        assert response.status_code == 401
        assert response["WWW-Authenticate"].startswith("Bearer")

    def test_they_need_the_ability(self, api_that: MakeApi, method: str, path: str) -> None:
        response = api_that("read", "manage").send(method, path, {})
        assert response.status_code == 403

    def test_they_see_no_other_project(self, api_that: MakeApi, method: str, path: str) -> None:
        make_run()
        caller = api_that("ingest", project=make_project("mine"))
        assert caller.send(method, path, {}).status_code == 404
