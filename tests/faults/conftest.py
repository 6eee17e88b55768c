"""A broker of these tests' own, which they may empty."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import current_app

from linkhub.embedded import launcher, redis
from linkhub.runs.nudges import client
from tests.api.conftest import Api
from tests.factories import make_token


@pytest.fixture(scope="session")
def own_server() -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="linkhub-faults-"))
    folder.chmod(0o711)  # root's servers run as another account
    place = launcher.at(folder / "home")
    redis.start(place, durable=False)
    yield redis.url(place)
    redis.stop(place)
    shutil.rmtree(folder)


@pytest.fixture
def broker(own_server: str, settings, monkeypatch) -> Iterator[str]:
    """The URL of an empty server that this process's nudges go to; workers have to be told."""
    settings.REDIS_URL = own_server
    celery_url = own_server.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
    monkeypatch.setattr(current_app.conf, "broker_url", celery_url)
    monkeypatch.setattr(current_app, "_pool", None)
    monkeypatch.setattr(current_app.amqp, "_producer_pool", None)
    client.cache_clear()
    client().flushall()
    yield own_server
    client().close()
    client.cache_clear()


@pytest.fixture
def api(db: None) -> Api:
    """A caller of the API with every ability, for every project."""
    return Api(make_token()[1])
