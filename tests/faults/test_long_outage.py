"""Redis away for longer than Celery is made for, workers for longer than Redis has room."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from celery import Celery, current_app
from redis import Redis

from linkhub.accounts.models import Project
from linkhub.embedded import launcher, redis
from linkhub.embedded.serving import parts
from linkhub.embedded.serving.options import read_options
from linkhub.ingest.tasks import POLL, QUEUE
from linkhub.runs import nudges
from linkhub.runs.models import Pending
from linkhub.runs.nudges import client, has_room, nudge
from linkhub.runs.pending import Unit, mark
from linkhub.seeing.workers import Scheduler
from tests import factories as make
from tests.faults.system.running import own_folder, until
from tests.workers import ROOT, database_url

# Longer than a health check's patience would be by itself, in a test's scale.
OUTAGE = 20.0
LIVES = 6.0
SOON = 30.0


def test_no_number_of_tries_is_too_much() -> None:
    assert current_app.conf.broker_connection_max_retries is None


@contextmanager
def process(name: str, folder: Path, redis_url: str) -> Iterator[Path]:
    """The part's own command; yields the file that it touches."""
    options = read_options(folder, {"LINKHUB_WORKER_PROCESSES": "1"})
    [command] = [part.command for part in parts.background(options) if part.name == name]
    alive = folder / f"{name} alive"
    told = {"REDIS_URL": redis_url, "LINKHUB_ALIVE_FILE": str(alive), "LINKHUB_HOME": str(folder)}
    environment = os.environ | {"DATABASE_URL": database_url()} | told
    with (folder / f"{name}.log").open("wb") as log:
        one = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
        )
        try:
            yield alive
            assert one.poll() is None, (folder / f"{name}.log").read_text()[-3000:]
        finally:
            one.terminate()
            try:
                one.wait(30)
            finally:
                if one.poll() is None:
                    os.killpg(one.pid, signal.SIGKILL)


def age(file: Path) -> float:
    return time.time() - file.stat().st_mtime


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_workers_and_beat_outlast_redis() -> None:
    """Those that ran when it went, and one that was started while it was away."""
    project = make.make_project()
    with own_folder() as folder:
        place = launcher.at(folder / "home")
        redis.start(place, durable=False)
        url = redis.url(place)
        with process("Worker", folder, url) as worker, process("Beat", folder, url) as beat:
            assert_resolves(project)
            redis.stop(place)
            with process("Sources worker", folder, url) as late:
                until(late.exists, 60)
                time.sleep(OUTAGE)
                assert max(map(age, (worker, beat, late))) < LIVES
                redis.start(place, durable=False)
                assert_resolves(project)
                app = Celery(broker=celery_url(url), set_as_current=False)
                app.send_task(POLL, kwargs={"source": 0}, queue=QUEUE)
                waiting = Redis.from_url(url)
                until(lambda: waiting.llen(QUEUE) == 0, SOON)
        redis.stop(place)


def assert_resolves(project: Project) -> None:
    """By beat's sweep: nobody nudges for it."""
    mark([Unit(project.pk)])
    until(lambda: not Pending.objects.exists(), SOON)


def celery_url(url: str) -> str:
    return url.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")


# Nobody takes messages ----------------------------------------------------------------------


def test_nudges_do_not_pile_up(broker: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nudges, "MOST_MESSAGES", 3)
    monkeypatch.setattr(nudges, "COALESCE_MILLISECONDS", 1)
    queue = nudges.QUEUES[Pending.Lane.MAIN]
    until(lambda: nudge() or not has_room(queue), 10, pause=0.01)  # type: ignore[func-returns-value]
    nudge()
    assert client().llen(queue) == 3


def test_beat_stops_telling_those_who_do_not_listen(
    broker: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(nudges, "MOST_MESSAGES", 3)
    app = Celery(broker=current_app.conf.broker_url, set_as_current=False)
    app.conf.task_default_queue = "resolve"
    app.conf.beat_schedule = {"sweep": {"task": "sweep", "schedule": 1.0}}
    scheduler = Scheduler(app=app, schedule_filename=str(tmp_path / "beat"), lazy=False)
    entry = scheduler.schedule["sweep"]
    for _ in range(5):
        scheduler.apply_entry(entry, producer=scheduler.producer)
    scheduler.close()
    assert client().llen("resolve") == 3
