"""A real Celery worker process on the test database, and waiting for what it stores."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from django.db import connection

from linkhub.runs.models import Pending

ROOT = Path(__file__).parent.parent
COMMAND = (
    *(sys.executable, "-m", "celery", "-A", "linkhub", "worker", "--pool", "prefork"),
    *("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"),
)
NOTIFY = """
    CREATE OR REPLACE FUNCTION tell_tests() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN NOTIFY pending_done; RETURN NULL; END $$;
    CREATE OR REPLACE TRIGGER tell_tests AFTER DELETE ON runs_pending
        FOR EACH STATEMENT EXECUTE FUNCTION tell_tests();
"""


@contextmanager
def worker(
    *queues: str, concurrency: int = 1, **variables: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A worker process, beat in it, that takes tasks from `queues` until the block ends.

    Tests that run side by side share a broker; beat makes good a message that another's took.
    """
    environment = os.environ | {"DATABASE_URL": database_url()} | variables
    with tempfile.TemporaryDirectory() as folder:
        command = [
            *COMMAND,
            *("--concurrency", str(concurrency), "--queues", ",".join(queues)),
            *("--beat", "--schedule", f"{folder}/beat"),
        ]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
        try:
            yield process
        finally:
            process.terminate()
            _wait(process)


def _wait(process: subprocess.Popen[bytes]) -> None:
    """Until it has ended; one that does not says first what its threads are doing."""
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGUSR1)
        with suppress(subprocess.TimeoutExpired):
            process.wait(2)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)
        raise


@contextmanager
def listening() -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A connection that hears of every statement that deletes Pending rows."""
    with connection.cursor() as cursor:
        cursor.execute(NOTIFY)
    with psycopg.connect(database_url(), autocommit=True) as listener:
        listener.execute("LISTEN pending_done")
        yield listener


def wait_until(
    listener: psycopg.Connection[tuple[object, ...]],
    condition: Callable[[], bool],
    seconds: float = 60,
) -> None:
    """Return when the condition holds; it is looked at whenever Pending rows were deleted."""
    while not condition():
        if not list(listener.notifies(timeout=seconds, stop_after=1)):
            raise TimeoutError(f"no worker has finished anything for {seconds} seconds")


def wait_until_done(listener: psycopg.Connection[tuple[object, ...]]) -> None:
    """Return when nothing is pending."""
    wait_until(listener, lambda: not Pending.objects.exists())


def database_url() -> str:
    """The address of the database that the tests run on, for another process."""
    name = connection.settings_dict["NAME"]
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
