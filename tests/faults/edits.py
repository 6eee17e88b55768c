"""Those who look at runs and push new ones while an edit goes through real workers."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psutil
import psycopg
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.test import Client

from linkhub.lib.keyset import encode_cursor
from linkhub.links.models import Backfill, Link
from linkhub.runs.models import Run
from linkhub.runs.nudges import client as broker_client
from tests.api.conftest import Api
from tests.workers import wait_until, worker

Listener = psycopg.Connection[tuple[object, ...]]
V1 = "/api/v1"
EDITED = "board"


@dataclass(frozen=True)
class Size:
    """So many runs with an action each, so many units `waiting` at once, so many new runs."""

    runs: int
    waiting: int
    pushes: int
    within: float = 1.0


class Followed:
    """The backfill of the latest edit; how far GET /backfills says it is never goes back."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.row = Backfill.objects.latest("change")
        self.done = [0]

    def look(self) -> dict[str, Any]:
        [latest] = self.api.get(f"{V1}/backfills", limit=1).json()["items"]
        assert latest["change"] == self.row.change
        assert latest["done"] >= self.done[-1]
        assert latest["done"] <= latest["total"]
        self.done.append(latest["done"])
        return latest

    def has_done(self, units: int) -> Callable[[], bool]:
        return lambda: self.look()["done"] >= units

    def has_ended(self) -> bool:
        return self.look()["status"] != "running"


@dataclass(frozen=True)
class Team:
    """Who looks and pushes while an edit goes through."""

    size: Size
    api: Api
    browser: Client
    listener: Listener
    broker: str

    @contextmanager
    def working(self) -> Iterator[psutil.Process]:
        limits = {"LINKHUB_LEASE_SECONDS": "1", "LINKHUB_BACKFILL_PENDING": str(self.size.waiting)}
        with worker("resolve", concurrency=2, REDIS_URL=self.broker, **limits) as process:
            yield psutil.Process(process.pid)

    def edit(self, host: str) -> Followed:
        assert self.api.put(f"{V1}/definitions/{EDITED}", board(host)).status_code == 200
        return Followed(self.api)

    def push(self, name: str, host: str) -> float:
        """The seconds from the PUT until the new run's link is stored."""
        began = time.perf_counter()
        path = f"{V1}/projects/vision/domains/development/runs/{name}"
        assert self.api.put(path, {"actions": [{"name": "a0", "task": "t"}]}).status_code == 201
        stored = Link.objects.filter(run__name=name, key=EDITED, url=f"{host}/{name}")
        wait_until(self.listener, stored.exists)
        return time.perf_counter() - began

    def assert_shown(self, run: Run, host: str) -> None:
        """On the run's page, its workflow's, by /go and in the API's answer."""
        url = f"{host}/{run.name}"
        assert url in self.browser.get(page_of(run)).content.decode()
        assert url in self.browser.get(workflow_page_of(run)).content.decode()
        at = f"{run.project.name}/{run.domain}/{run.name}"
        assert self.browser.get(f"/go/{at}/{EDITED}")["Location"] == url
        found = self.api.get(
            f"{V1}/projects/{run.project.name}/domains/{run.domain}/runs/{run.name}/links"
        )
        assert [one["url"] for one in found.json()["items"] if one["key"] == EDITED] == [url]


def board(host: str) -> dict[str, str]:
    return {"name": "Board", "level": "run", "template": host + "/{{.runName}}"}


def page_of(run: Run) -> str:
    return f"/projects/{run.project.name}/{run.domain}/runs/{run.name}/"


def workflow_page_of(run: Run) -> str:
    """As far down as this run is the newest that it lists."""
    assert run.workflow is not None
    after = run.created_at + timedelta(seconds=1)
    place = ("-created", after, run.name, run.domain, run.project.name)
    path = f"/projects/{run.project.name}/workflows/{run.workflow.name}/"
    return f"{path}?after={encode_cursor(place)}"


def some_runs() -> list[Run]:
    """The newest, one of the middle and the oldest."""
    runs = Run.objects.select_related("project", "workflow").order_by("-created_at")
    count = runs.count()
    return [runs[place] for place in (0, count // 2, count - 1)]


def of_host(host: str) -> dict[int, datetime]:
    """When the rows that lead to the right page of `host` were stored, by id."""
    rows = Link.objects.filter(key=EDITED, url=Concat(Value(f"{host}/"), F("run__name")))
    return dict(rows.values_list("pk", "resolved_at"))


def kill(process: psutil.Process) -> None:
    """The worker and its children at once and without a word, and its messages."""
    for one in (process, *process.children(recursive=True)):
        one.send_signal(signal.SIGKILL)
    process.wait(10)
    broker_client().flushall()
