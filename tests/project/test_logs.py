"""What leaves a trace, and what never does."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client
from django.urls import path
from pytest_django.fixtures import Settings

from linkhub.lib import logs

ROOT = Path(__file__).parents[2]
DJANGO = "import django; django.setup()"
CELERY = "from linkhub.celery import app; app.log.setup(loglevel='ERROR', redirect_stdouts=True)"
SPEAK = "import structlog; structlog.get_logger('a.b').info('seen', unit=7)"


def view(request: HttpRequest) -> None:
    password = request.POST["password"]
    raise RuntimeError(f"no view of {len(password)} characters")


urlpatterns = [path("broken/", view)]


@pytest.fixture
def line(caplog: pytest.LogCaptureFixture, settings: Settings) -> dict[str, Any]:
    """What is logged where a view fails."""
    settings.ROOT_URLCONF = __name__
    client = Client(raise_request_exception=False, headers={"Authorization": "Bearer hush-1"})
    client.cookies["sessionid"] = "hush-2"
    response = client.post("/broken/?token=hush-3", {"password": "hush-4"})
    assert response.status_code == 500
    (record,) = [one for one in caplog.records if one.name == "django.request"]
    text = logs.formatter().format(record)
    assert "\n" not in text
    return dict(json.loads(text))


def test_an_unhandled_error_leaves_its_traceback(line: dict[str, Any]) -> None:
    assert (line["level"], line["method"], line["path"]) == ("error", "POST", "/broken/")
    assert "in view" in line["exception"]
    assert "RuntimeError: no view of 6 characters" in line["exception"]


def test_it_holds_no_secrets(line: dict[str, Any]) -> None:
    assert "hush" not in json.dumps(line)


def said(*code: str, level: str) -> list[dict[str, Any]]:
    """The lines that a process of its own writes to stderr."""
    done = subprocess.run(
        [sys.executable, "-c", "; ".join(code)],
        cwd=ROOT,
        env=os.environ | {"LINKHUB_LOG_LEVEL": level, "DJANGO_SETTINGS_MODULE": "linkhub.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(each) for each in done.stderr.splitlines()]


@pytest.mark.parametrize("setup", [DJANGO, CELERY])
def test_every_process_writes_lines_to_stderr(setup: str) -> None:
    plain = "import logging; logging.getLogger('c').warning('%s!', 'plain')"
    one, other = said(setup, SPEAK, plain, level="info")

    assert (one["event"], one["unit"], one["logger"]) == ("seen", 7, "a.b")
    assert (other["event"], other["level"]) == ("plain!", "warning")


@pytest.mark.parametrize("setup", [DJANGO, CELERY])
def test_the_level_says_how_much(setup: str) -> None:
    assert said(setup, SPEAK, level="Warning") == []


def test_pages_that_are_not_there_are_no_news() -> None:
    assert logs.logging_of("INFO")["loggers"]["django.request"]["level"] == "ERROR"
    assert logging.getLogger("django.request").level == logging.ERROR
