"""Looks at LinkHub itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from linkhub.lib.meters import held
from linkhub.pages import health
from linkhub.seeing import condition
from tests import factories as make


@pytest.fixture(autouse=True)
def _nothing_is_remembered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a process keeps between looks, each test begins without."""
    held.take()
    monkeypatch.setattr(health, "_recent", health.Recent())
    yield
    held.take()
    condition.remember(condition.Condition(()))


@pytest.fixture
def nobody() -> Client:
    return Client()


@pytest.fixture
def admin(db: None) -> Client:
    client = Client()
    client.force_login(make.make_admin())
    return client
