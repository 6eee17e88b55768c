"""The servers of a test run: an early pytest plugin, loaded with `-p tests.servers`.

Django's settings are read before any conftest, so a real PostgreSQL starts here, before that,
and is shared by the workers of pytest-xdist. DATABASE_URL in the environment is used instead.
Valkey starts when the first test asks for `redis_url`.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from linkhub.embedded import launcher, postgres, redis

ROOT = Path(__file__).parent.parent
# Tells the workers of pytest-xdist where this run's own servers are.
OWN_HOME = "LINKHUB_TEST_HOME"
WATCHDOG = pytest.StashKey[subprocess.Popen[bytes]]()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Runs around pytest-django's, which loads the settings."""
    os.environ.setdefault("SECRET_KEY", "a-secret-for-tests-" + "x" * 40)
    if not {"DATABASE_URL", "REDIS_URL"} <= os.environ.keys():
        folder = Path(tempfile.mkdtemp(prefix="linkhub-test-"))
        folder.chmod(0o711)  # root's servers run as another account
        early_config.stash[WATCHDOG] = _watch(folder)
        _provide(folder / "home")
    return (yield)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The watchdog sees the end of this process in any case; here the run waits for it."""
    if watchdog := config.stash.get(WATCHDOG, None):
        watchdog.communicate(timeout=30)


@pytest.fixture(scope="session")
def redis_url() -> str:
    """A real server of the Redis protocol: the one given, or this run's own."""
    if home := os.environ.get(OWN_HOME):
        redis.start(launcher.at(Path(home)), durable=False)
    return os.environ["REDIS_URL"]


def _watch(folder: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "tests.watchdog", str(folder)]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, start_new_session=True)


def _provide(home: Path) -> None:
    os.environ["LINKHUB_HOME"] = os.environ[OWN_HOME] = str(home)
    place = launcher.at(home)
    if "DATABASE_URL" not in os.environ:
        os.environ["DATABASE_URL"] = postgres.start(place, durable=False).url
    if "REDIS_URL" in os.environ:
        del os.environ[OWN_HOME]
    else:
        os.environ["REDIS_URL"] = redis.url(place)  # starts with the first test that asks
