"""A line in the log leads back to its request, its task and its run."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
import structlog
from celery.app.task import Context
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from pytest_django.fixtures import Settings

from linkhub import celery
from linkhub.lib import logs
from linkhub.lib.callers import Caller, calling

log = structlog.get_logger("of_tests")


def view(_: HttpRequest, **__: str) -> HttpResponse:
    log.info("looked_at")
    return HttpResponse("ok")


urlpatterns = [path("<str:project>/<str:domain>/<str:run>/", view)]


def line(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    [record] = [one for one in caplog.records if one.name == "of_tests"]
    return dict(json.loads(logs.formatter().format(record)))


@pytest.fixture(autouse=True)
def _heard(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "of_tests")


def test_it_names_the_request_and_the_run(
    caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    settings.ROOT_URLCONF = __name__
    response = Client().get("/flytesnacks/development/r7/")
    found = line(caplog)

    assert found["request_id"] == response["X-Request-ID"]
    assert (found["project"], found["domain"], found["run"]) == ("flytesnacks", "development", "r7")


def test_one_request_says_nothing_of_the_one_before(
    caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    settings.ROOT_URLCONF = __name__
    client = Client()
    client.get("/flytesnacks/development/r7/")
    caplog.clear()
    client.get("/other/development/r8/")

    assert (line(caplog)["project"], line(caplog)["run"]) == ("other", "r8")


def test_a_task_logs_whose_request_had_it_sent(caplog: pytest.LogCaptureFixture) -> None:
    headers: dict[str, Any] = {}
    with calling(Caller("192.0.2.1", "abcd-1234")):
        celery.send_request_id(headers=headers)

    class Task:
        name = "linkhub.links.resolve_pending"
        request = Context(headers)

    celery.log_for_task(task_id="t1", task=Task())
    log.info("resolved")
    celery.log_for_no_task()
    found = line(caplog)

    assert (found["request_id"], found["task"], found["task_id"]) == ("abcd-1234", Task.name, "t1")
    assert structlog.contextvars.get_contextvars() == {}


def test_a_nudge_takes_the_id_along(redis_url: str, settings: Settings) -> None:
    """Through the broker, in the message itself."""
    settings.REDIS_URL = redis_url
    queue = "of-test-logs"
    app = celery.app
    with calling(Caller("192.0.2.1", "abcd-1234")), app.connection_for_write() as connection:
        app.send_task("any", queue=queue, connection=connection)
        with connection.SimpleQueue(queue) as waiting:
            message = waiting.get(timeout=5)
            message.ack()

    assert message.headers["request_id"] == "abcd-1234"
