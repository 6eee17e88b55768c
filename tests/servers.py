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
# Set for the workers of pytest-xdist as well: there is one home a run.
OWN_HOME = "LINKHUB_TEST_HOME"
WATCHDOG = pytest.StashKey[subprocess.Popen[bytes]]()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Runs around pytest-django's, which loads the settings."""
    if OWN_HOME not in os.environ:
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
    place = launcher.at(Path(os.environ[OWN_HOME]))
    if os.environ["REDIS_URL"] == redis.url(place):
        redis.start(place, durable=False)
    return os.environ["REDIS_URL"]


def _watch(folder: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "tests.watchdog", str(folder)]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, start_new_session=True)


def _provide(home: Path) -> None:
    place = launcher.at(home)
    (home / "static").mkdir()  # STATIC_ROOT; WhiteNoise warns where it is missing
    os.environ["LINKHUB_HOME"] = os.environ[OWN_HOME] = str(home)
    os.environ.setdefault("SECRET_KEY", "a-secret-for-tests-" + "x" * 40)
    os.environ.setdefault("REDIS_URL", redis.url(place))  # starts with the first test that asks
    if "DATABASE_URL" not in os.environ:
        os.environ["DATABASE_URL"] = postgres.start(place, durable=False).url
