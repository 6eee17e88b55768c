"""Viewers in front of pages."""

from __future__ import annotations

import pytest
from django.test import Client

from linkhub.accounts.models import User
from tests import factories as make

RUN = "/projects/flytesnacks/development/runs/r7/"


@pytest.fixture
def viewer(db: None) -> User:
    """Signed in, a member of nothing: sees internal projects only."""
    return make.make_user("viewer")


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
