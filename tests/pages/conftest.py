"""Viewers in front of pages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from linkhub.accounts.models import User
from tests import factories as make

RUN = "/projects/flytesnacks/development/runs/r7/"


@pytest.fixture(autouse=True)
def plain_static_files(settings: Settings, tmp_path: Path) -> None:
    """Static files as they are: nothing has collected them for tests."""
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def viewer(db: None) -> User:
    """Signed in, a member of nothing: sees internal projects only."""
    return make.make_user("bo")


@pytest.fixture
def client(viewer: User) -> Client:
    client = Client()
    client.force_login(viewer)
    return client


@pytest.fixture
def admin(db: None) -> Client:
    client = Client()
    client.force_login(make.make_admin())
    return client


@pytest.fixture
def nobody(db: None) -> Client:
    """Not signed in."""
    return Client()


def htmx(target: str, kind: str = "partial") -> dict[str, str]:
    """The headers by which htmx 4 asks for an element, such as `div#run-table`."""
    return {"HX-Request": "true", "HX-Target": target, "HX-Request-Type": kind}


def queries_of(call: Callable[[], Any]) -> int:
    """How many queries a call takes, once what a process keeps is there."""
    call()
    with CaptureQueriesContext(connection) as queries:
        call()
    return len(queries)
