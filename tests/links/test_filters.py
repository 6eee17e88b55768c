"""What each filter lets through, of runs and of links."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from linkhub.accounts.models import ApiToken
from linkhub.links.filters import Filters, matching_links, matching_runs
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def token() -> ApiToken:
    return make.make_token()[0]


def filters(**given: Any) -> Filters:
    return Filters(**{name: v if isinstance(v, list) else [v] for name, v in given.items()})


def runs(token: ApiToken, **given: Any) -> set[str]:
    return {run.name for run in matching_runs(token, filters(**given))}


def links(token: ApiToken, **given: Any) -> set[str]:
    return {link.key for link in matching_links(token, filters(**given))}


@pytest.fixture
def three() -> None:
    """Runs that differ in everything."""
    make.make_run("r1", launched_by="ana", labels={"team": "vision", "tier": "a=b"})
    make.make_run(
        "r2",
        project=make.make_project("other"),
        workflow="etl_daily",
        phase="failed",
        launched_by="ben",
        labels={"team": "vision"},
        created_at=make.CREATED + timedelta(days=1),
    )
    make.make_run("r3", domain="production", workflow="", phase=None, created_at=make.CREATED)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, {"r1", "r2", "r3"}),
        ({"project": "other"}, {"r2"}),
        ({"project": ["other", "flytesnacks"]}, {"r1", "r2", "r3"}),
        ({"project": "absent"}, set()),
        ({"domain": "production"}, {"r3"}),
        ({"workflow": ["etl_daily", "absent"]}, {"r2"}),
        ({"workflow": "etl_daily", "project": "flytesnacks"}, set()),
        ({"phase": "failed"}, {"r2"}),
        ({"phase": "running"}, {"r1", "r3"}),
        ({"user": ["ana", "ben"]}, {"r1", "r2"}),
        ({"label": "team=vision"}, {"r1", "r2"}),
        ({"label": ["team=vision", "tier=a=b"]}, {"r1"}),
        ({"label": ["team=vision", "team=audio"]}, set()),
        ({"since": "2026-01-06T10:00:00Z"}, {"r2"}),
        ({"until": "2026-01-06T10:00:00Z"}, {"r1", "r3"}),
        ({"since": "2026-01-05", "until": "2026-01-06"}, {"r1", "r3"}),
        ({"since": "2026-01-05T11:00:00+01:00", "until": "2026-01-05T10:00:01Z"}, {"r1", "r3"}),
        ({"q": "R2"}, {"r2"}),
        ({"q": "pipe"}, {"r1"}),
        ({"q": ["ETL", "r3"]}, {"r2", "r3"}),
        ({"q": "%"}, set()),
    ],
)
def test_it_lets_runs_through(
    token: ApiToken, three: None, given: dict[str, Any], found: set[str]
) -> None:
    assert runs(token, **given) == found


def test_it_finds_runs_by_the_tasks_of_their_actions(token: ApiToken) -> None:
    make.make_action(make.make_run("r1"), task="train_model")
    make.make_action(make.make_run("r2"), task="evaluate")
    assert runs(token, task="evaluate") == {"r2"}
    assert runs(token, task=["evaluate", "train_model"]) == {"r1", "r2"}


@pytest.fixture
def linked() -> None:
    """r1 has a ready Grafana link and a W&B link that failed; r2 has a Grafana link that failed."""
    grafana, wandb = make.make_tool("grafana"), make.make_tool("wandb", "wandb")
    for name, states in (("r1", ("ready", "failed")), ("r2", ("failed", "ready"))):
        run = make.make_run(name)
        action = make.make_action(run, task=f"task-of-{name}")
        for tool, state in zip((grafana, wandb), states, strict=True):
            key = f"{tool.name}-{name}"
            make.make_link(run, action, project=run.project, key=key, tool=tool, state=state)
    run = make.make_run("r3")
    make.make_link(run, project=run.project, key="custom-r3")
    make.make_link(None, project=run.project, key="of-project")


def test_it_asks_all_of_one_same_link(token: ApiToken, linked: None) -> None:
    assert runs(token, tool="grafana") == {"r1", "r2"}
    assert runs(token, tool="grafana", state="failed") == {"r2"}
    assert runs(token, tool="grafana", state="failed", key="grafana-r1") == set()
    assert runs(token, tool="grafana", task="task-of-r1") == {"r1"}
    assert runs(token, state="failed", key=["grafana-r2", "wandb-r2"]) == {"r2"}


def test_it_lets_links_through(token: ApiToken, linked: None) -> None:
    assert links(token, tool="grafana") == {"grafana-r1", "grafana-r2"}
    assert links(token, state="failed", tool="wandb") == {"wandb-r1"}
    assert links(token, task="task-of-r2") == {"grafana-r2", "wandb-r2"}
    assert links(token, tool="custom") == {"custom-r3", "of-project"}
    assert links(token, tool=["custom", "wandb"], state="ready") == {
        "custom-r3",
        "of-project",
        "wandb-r2",
    }


def test_it_has_links_of_projects_unless_runs_are_asked_of(token: ApiToken, linked: None) -> None:
    assert "of-project" in links(token, project="flytesnacks")
    for given in ({"domain": "development"}, {"phase": "running"}, {"since": "2026-01-01"}):
        assert links(token, **given) >= {"custom-r3"}
        assert "of-project" not in links(token, **given)


@pytest.mark.parametrize("given", [{}, {"project": "secret"}, {"workflow": "train_pipeline"}])
def test_it_shows_no_project_that_is_not_the_viewers(given: dict[str, str]) -> None:
    secret = make.make_private_project()
    run = make.make_run("hidden", project=secret)
    make.make_link(run, project=secret, key="hidden")
    scoped, _ = make.make_token(project=make.make_project())
    outsider, member = make.make_user("eve"), make.make_user("ana")
    make.make_member(secret, member)
    for viewer in (scoped, outsider):
        assert not matching_runs(viewer, filters(**given)).exists()
        assert not matching_links(viewer, filters(**given)).exists()
    assert matching_runs(member, filters(**given)).exists()


@pytest.mark.parametrize(
    "given",
    [
        {"project": ""},
        {"domain": "a\x00"},
        {"phase": "resting"},
        {"state": "fine"},
        {"key": "a b"},
        {"label": "team"},
        {"label": "=vision"},
        {"label": "team=a\x00"},
        {"since": "yesterday"},
        {"since": "1767607200"},
        {"since": "2026-01-05T10:00:00"},
        {"until": "2026-02-30"},
        {"until": "9999-12-31"},
        {"q": ""},
        {"q": "a\x00"},
        {"user": "x" * 256},
    ],
)
def test_it_refuses_what_can_be_no_value(given: dict[str, str]) -> None:
    [name] = given
    with pytest.raises(ValidationError) as caught:
        filters(**given)
    assert caught.value.errors()[0]["loc"] == (name, 0)
