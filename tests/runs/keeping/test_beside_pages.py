"""Retention removes many runs while pages are looked at: `make test-soak`, on a quiet machine.

`RETENTION_RUNS` (100,000) old runs of a run's usual size go, beside a quarter of that which stays.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from statistics import median

import pytest
from django.test import Client
from django.utils import timezone

from benchmarks.definitions import define
from benchmarks.growing import Data
from linkhub.runs.models import Run
from tests import factories as make
from tests.figures import keep_figures, machine
from tests.workers import ROOT, database_url

pytestmark = [pytest.mark.soak, pytest.mark.django_db(transaction=True)]
RUNS = int(os.environ.get("RETENTION_RUNS", "100000"))
ALL = RUNS + RUNS // 4
FACTOR = 2.0
LOOKS = 30
COMMAND = [sys.executable, str(ROOT / "manage.py"), "retention"]


def pages() -> list[str]:
    """Of the newest run: its own page, its workflow's, its project's, and all links."""
    run = Run.objects.select_related("project", "workflow").latest("created_at")
    project = f"/projects/{run.project.name}/"
    assert run.workflow
    return [
        f"{project}{run.domain}/runs/{run.name}/",
        f"{project}workflows/{run.workflow.name}/",
        project,
        "/links/",
    ]


def look(client: Client, paths: list[str]) -> list[float]:
    """Seconds for each page in turn."""
    seconds = []
    for path in paths:
        began = time.perf_counter()
        assert client.get(path).status_code == 200
        seconds.append(time.perf_counter() - began)
    return seconds


def medians(client: Client, paths: list[str], rounds: Iterator[None]) -> list[float]:
    found = [look(client, paths) for _ in rounds]
    return [median(column) for column in zip(*found, strict=True)]


def so_many(number: int) -> Iterator[None]:
    return (None for _ in range(number))


def while_alive(process: subprocess.Popen[str]) -> Iterator[None]:
    while process.poll() is None:
        yield


def test_pages_stay_under_twice_their_usual_time(tmp_path):
    data = Data(actions=2)
    define()
    data.begin()
    data.grow(ALL)
    cut = Run.objects.order_by("created_at")[RUNS].created_at
    limit = {"LINKHUB_KEEP_DAYS": str((timezone.now() - cut).days)}
    environment = os.environ | {"DATABASE_URL": database_url()} | limit
    environment |= {"LINKHUB_ARCHIVE": str(tmp_path)}
    client = Client()
    client.force_login(make.make_user())
    paths = pages()
    medians(client, paths, so_many(LOOKS))
    usual = medians(client, paths, so_many(LOOKS))
    began = time.perf_counter()
    with subprocess.Popen(COMMAND, env=environment, stdout=subprocess.PIPE, text=True) as process:
        beside = medians(client, paths, while_alive(process))
        said = process.communicate()[0]
    seconds = time.perf_counter() - began
    factors = [during / before for during, before in zip(beside, usual, strict=True)]
    gone = ALL - Run.objects.count()
    names = ("a run", "its workflow", "its project", "all links")
    table = (
        f"{gone:,} of {ALL:,} runs of 2 actions each were archived and removed in"
        f" {seconds:.0f} seconds, {gone / seconds:.0f} a second. {machine()}; pages in one"
        " process, medians:\n\n"
        "| page | usual | meanwhile | factor |\n|---|---|---|---|\n"
        + "\n".join(
            f"| {name} | {1000 * before:.0f} ms | {1000 * during:.0f} ms | {factor:.2f} |"
            for name, before, during, factor in zip(names, usual, beside, factors, strict=True)
        )
    )
    print(f"\n{said.strip()}\n{table}")
    assert gone > 0.9 * RUNS
    assert max(factors) < FACTOR
    keep_figures("keeping.md", "retention", table)
