"""Too much work: who adds to it is told to come back, and everybody else is served."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django.fixtures import Settings

from linkhub.ingest import tasks
from linkhub.runs import backlog
from linkhub.runs.models import Run
from linkhub.runs.pending import Unit, mark
from tests import factories as make

pytestmark = pytest.mark.django_db
RUN = "/api/v1/projects/flytesnacks/domains/development/runs/r7"


@pytest.fixture
def token(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> str:
    """One token, in an instance where too much waits."""
    monkeypatch.setattr(backlog, "_backlog", backlog.Backlog())
    monkeypatch.setattr(backlog, "ROWS_A_PAGE", 1_000_000)
    settings.LINKHUB_MAX_PENDING = 1
    mark([Unit(make.make_project().pk)])
    return make.make_token()[1]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", RUN, {}),
        ("PATCH", f"{RUN}/actions/a0", {}),
        ("POST", "/api/v1/runs:batch", []),
        ("POST", "/flyteidl2.workflow.TrackedRunService/CreateRun", {}),
    ],
)
def test_recording_is_put_off(token: str, method: str, path: str, body: object) -> None:
    response = Client().generic(
        method,
        path,
        "{}" if body == {} else "[]",
        "application/json",
        headers={"Authorization": f"Bearer {token}"},
    )

    assert response.status_code == 429
    assert response["Retry-After"] == str(backlog.RETRY_SECONDS)
    assert not Run.objects.exists()


def test_reading_goes_on(token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}

    assert Client().get("/api/v1/runs", headers=headers).status_code == 200


def test_sources_are_not_polled(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []
    monkeypatch.setattr(tasks, "due", lambda: asked.append(True))
    tasks.sweep_sources()

    assert not asked


def test_the_api_says_that_the_database_is_away(
    token: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OperationalError("gone")

    settings.LINKHUB_MAX_PENDING = 0
    monkeypatch.setattr("linkhub.api.recording.record_run", refuse)
    headers = {"Authorization": f"Bearer {token}"}
    response = Client().put(RUN, {}, "application/json", headers=headers)

    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert response["Content-Type"] == "application/problem+json"
