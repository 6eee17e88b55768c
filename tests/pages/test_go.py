"""Redirects."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django.fixtures import Settings

from linkhub.runs.models import Action, Run
from tests import factories as make
from tests.pages.conftest import htmx

pytestmark = pytest.mark.django_db
GO = "/go/flytesnacks/development"
LOGS = "https://logs.example.com/{{.podName}}"


def make_root(run: Run | None = None, **fields: Any) -> Action:
    action = make.make_action(run or make.make_run(), **fields)
    make.make_pod(make.make_attempt(action))
    return action


def goes_to(response: HttpResponse) -> str:
    assert response.status_code == 302
    return response["Location"]


def test_it_goes_to_the_runs_own_link(client: Client) -> None:
    make.make_definition("board", level="run", template="https://b.example.com/{{.runName}}")
    make_root()

    assert goes_to(client.get(f"{GO}/r7/board")) == "https://b.example.com/r7"


def test_it_goes_to_the_root_actions_link_else(client: Client) -> None:
    make.make_definition("logs", level="pod", template=LOGS)
    make_root()

    assert goes_to(client.get(f"{GO}/r7/logs")) == "https://logs.example.com/r7-a0-0"


def test_it_goes_to_a_projects_link(client: Client) -> None:
    make.make_definition("team", level="project", template="https://t.example.com/{{.project}}")
    make.make_project()

    assert goes_to(client.get("/go/flytesnacks/team")) == "https://t.example.com/flytesnacks"


def test_it_goes_to_an_actions_link_by_its_name_else_by_its_task(client: Client) -> None:
    make.make_definition("logs", level="pod", template=LOGS)
    run = make_root().run
    for index in (1, 2):
        began = make.STARTED + timedelta(minutes=index)
        make_root(run, name=f"x{index}", task="score", started_at=began)

    assert goes_to(client.get(f"{GO}/r7/x1/logs")).endswith("r7-x1-0")
    assert goes_to(client.get(f"{GO}/r7/score/logs")).endswith("r7-x2-0")
    assert client.get(f"{GO}/r7/absent/logs").status_code == 404


def test_it_takes_the_newest_attempts_primary_pod(client: Client) -> None:
    make.make_definition("logs", level="pod", template=LOGS)
    action = make_root()
    attempt = make.make_attempt(action, 2)
    make.make_pod(attempt, "worker", primary=False, worker_index=0)
    make.make_pod(attempt, "leader", worker_index=1)

    assert goes_to(client.get(f"{GO}/r7/logs")).endswith("/leader")
    assert goes_to(client.get(f"{GO}/r7/logs?attempt=1")).endswith("/r7-a0-0")
    assert goes_to(client.get(f"{GO}/r7/a0/logs?attempt=2&pod=worker")).endswith("/worker")
    assert "does not apply" in client.get(f"{GO}/r7/logs?attempt=x").content.decode()


def make_history() -> None:
    outcomes = ["succeeded", "recovered", "failed", "timed_out", "running"]
    for index, phase in enumerate(outcomes):
        created = make.CREATED + timedelta(minutes=index)
        make.make_run(f"r-{phase}", phase=phase, created_at=created)
    make.make_run("other", workflow="other", created_at=make.CREATED - timedelta(days=1))


@pytest.mark.parametrize(
    ("words", "run"),
    [
        ("latest", "r-running"),
        ("latest-succeeded", "r-recovered"),
        ("latest-failed", "r-timed_out"),
    ],
)
def test_it_finds_the_latest_run(client: Client, words: str, run: str) -> None:
    make.make_definition("board", level="run", template="https://b.example.com/{{.runName}}")
    make_history()

    assert goes_to(client.get(f"{GO}/{words}/board")).endswith(f"/{run}")


def test_it_finds_the_latest_run_of_a_workflow(client: Client) -> None:
    make.make_definition("board", level="run", template="https://b.example.com/{{.runName}}")
    make_history()

    assert goes_to(client.get(f"{GO}/latest/board?workflow=other")).endswith("/other")
    assert client.get(f"{GO}/latest-failed/board?workflow=other").status_code == 404


def test_it_says_what_a_link_waits_for(client: Client) -> None:
    make.make_definition("wandb", template="https://w.example.com/{{.context.wandb_id}}")
    make_root()
    response = client.get(f"{GO}/r7/wandb")
    page = response.content.decode()

    assert response.status_code == 200
    assert "waiting" in page
    assert "context.wandb_id" in page
    assert 'id="go-state"' in page
    assert "hx-trigger" in page


def test_a_page_that_waited_is_sent_on_by_header(client: Client) -> None:
    make.make_definition("wandb", template="https://w.example.com/{{.context.wandb_id}}")
    make_root(context={"wandb_id": "7"})
    response = client.get(f"{GO}/r7/wandb", headers=htmx("div#go-state"))

    assert (response.status_code, response["HX-Redirect"]) == (204, "https://w.example.com/7")


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://w.example.com/日本?q=é#ü", "/%E6%97%A5%E6%9C%AC?q=%C3%A9#%C3%BC"),
        ("https://w.example.com/%E6%97%A5/a%2Fb/100%?x={}|#{|", "/%E6%97%A5/a%2Fb/100%?x={}|#{|"),
    ],
)
def test_its_headers_are_ascii_and_lead_to_the_same_place(
    client: Client, url: str, sent: str
) -> None:
    make.make_attached(make_root().run, key="wiki", body={"name": "Wiki", "url": url})
    headers = htmx("div#go-state")

    assert goes_to(client.get(f"{GO}/r7/wiki")) == f"https://w.example.com{sent}"
    assert client.get(f"{GO}/r7/wiki", headers=headers)["HX-Redirect"].endswith(sent)


def test_a_plus_shows_where_it_would_go(client: Client) -> None:
    make.make_definition("board", level="run", template="https://b.example.com/{{.runName}}")
    make_root()
    response = client.get(f"{GO}/r7/board+")

    assert response.status_code == 200
    assert "https://b.example.com/r7" in response.content.decode()
    assert "an instance definition" in response.content.decode()


def test_it_says_that_a_known_link_is_not_offered_here(client: Client) -> None:
    make.make_definition(
        "board", level="run", template="https://b.example.com/", select={"domain": "x"}
    )
    make_root()
    response = client.get(f"{GO}/r7/board")

    assert response.status_code == 200
    assert "does not apply" in response.content.decode()


def test_a_workflow_that_can_be_none_is_not_there(client: Client) -> None:
    make_root()

    assert client.get(f"{GO}/latest/board?workflow=%00").status_code == 404


def test_an_unknown_key_is_404(client: Client) -> None:
    make_root()

    for path in (f"{GO}/r7/nope", f"{GO}/r7/a0/nope", "/go/flytesnacks/nope", f"{GO}/latest/nope+"):
        assert client.get(path).status_code == 404


def test_another_projects_key_is_404(client: Client) -> None:
    hidden = make.make_private_project()
    make.make_definition("inner", project=hidden, level="run", template="https://b.example.com/")
    make_root()

    assert client.get(f"{GO}/r7/inner").status_code == 404


def test_it_checks_the_policy_again(client: Client, settings: Settings) -> None:
    make.make_definition("board", level="run", template="https://b.example.com/")
    make_root()
    assert client.get(f"{GO}/r7/board").status_code == 302
    settings.LINKHUB_ADMIN_HOSTS = ["*.example.org"]
    response = client.get(f"{GO}/r7/board")

    assert response.status_code == 200
    assert "blocked" in response.content.decode()


def test_it_tells_the_tool_nothing_of_the_run(client: Client) -> None:
    make.make_definition("board", level="run", template="https://b.example.com/")
    make_root()
    response = client.get(f"{GO}/r7/board")

    assert response["Referrer-Policy"] == "no-referrer"
    assert response["Cache-Control"] == "no-store"
