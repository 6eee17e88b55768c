"""The doctor says what is wrong and what to do, whatever is away."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from linkhub.embedded.doctor import inside, outside
from linkhub.embedded.doctor.findings import Finding, Mark, exit_code, ok, run, wrong
from linkhub.ingest.models import Source
from linkhub.runs.models import Pending
from linkhub.runs.pending import Unit, mark
from tests import factories as make
from tests.ops.living import make_all_live, make_worker
from tests.workers import database_url

ROOT = Path(__file__).parents[2]
OURS = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "LINKHUB_HOME", "LINKHUB_TEST_HOME")


def marks(findings: Iterable[Finding]) -> dict[str, str]:
    """By part, the worst that was found."""
    order = list(Mark)
    found: dict[str, Mark] = {}
    for each in findings:
        found[each.part] = max(found.get(each.part, Mark.OK), each.mark, key=order.index)
    return dict(found)


@pytest.mark.parametrize(
    ("variables", "line"),
    [
        ({}, "WRONG  settings      cannot be read (SECRET_KEY is not set"),
        ({"SECRET_KEY": "x", "DATABASE_URL": "mysql://x@y/z"}, "DATABASE_URL must name a Postgre"),
        ({"SECRET_KEY": "x", "LINKHUB_LOG_LEVEL": "loud"}, "LINKHUB_LOG_LEVEL must be one of"),
    ],
    ids=["no secret", "another database", "a wrong value"],
)
@pytest.mark.slow
def test_it_works_where_nothing_else_does(
    tmp_path: Path, variables: dict[str, str], line: str
) -> None:
    environ = {name: value for name, value in os.environ.items() if name not in OURS}
    done = subprocess.run(
        [sys.executable, "manage.py", "doctor"],
        cwd=ROOT,
        env=environ | {"LINKHUB_HOME": str(tmp_path)} | variables,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert line in done.stdout
    assert "versions" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_it_says_what_a_server_said() -> None:
    [finding] = outside.database("postgres://a:b@127.0.0.1:1/x")
    [other] = outside.broker("redis://127.0.0.1:1/0")

    assert "Connection refused" in finding.said
    assert "Connection refused" in other.said
    assert ":b@" not in f"{finding} {other}"


@pytest.mark.django_db
def test_a_server_that_refuses_is_not_taken_for_one_that_is_away() -> None:
    [other] = outside.database(database_url().replace("/test_", "/no_test_"))

    assert "does not exist" in other.said
    assert "DATABASE_URL" in other.do


def test_an_address_that_is_none_is_told() -> None:
    [finding] = outside.database("nonsense")
    [other] = outside.broker("nonsense")

    assert finding.mark == other.mark == Mark.WRONG


@pytest.mark.django_db
def test_it_finds_the_database_well() -> None:
    found = marks(outside.database(database_url()))

    assert found == {"database": "ok", "connections": "ok", "clock": "ok"}


@pytest.mark.django_db
def test_it_sees_clocks_that_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time
    monkeypatch.setattr(outside.time, "time", lambda: now() + 60)

    assert marks(outside.database(database_url()))["clock"] == "WRONG"


def test_it_finds_redis_well(redis_url: str) -> None:
    assert marks(outside.broker(redis_url)) == {"redis": "ok", "memory": "ok"}


@pytest.mark.parametrize(
    ("info", "mark"),
    [
        ({"used_memory": "1"}, "ok"),
        ({"used_memory": "1", "maxmemory": "9", "maxmemory_policy": "noeviction"}, "ok"),
        ({"used_memory": "1", "maxmemory": "9", "maxmemory_policy": "allkeys-lru"}, "note"),
        ({"used_memory": "9", "maxmemory": "9"}, "WRONG"),
    ],
)
def test_it_looks_at_the_memory_of_redis(info: dict[str, str], mark: str) -> None:
    assert outside._memory(info).mark == mark


@pytest.mark.parametrize(("free", "mark"), [(9, "ok"), (3, "note"), (0.1, "WRONG")])
def test_it_looks_at_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: float, mark: str
) -> None:
    usage = shutil_usage(int(free * outside.GIB))
    monkeypatch.setattr(outside.shutil, "disk_usage", lambda _: usage)

    assert marks(outside.folder("home", tmp_path)) == {"home": mark}


def shutil_usage(free: int) -> object:
    return type("usage", (), {"free": free})()


@pytest.mark.django_db
def test_all_is_well_where_all_lives(settings: Settings, redis_url: str) -> None:
    settings.REDIS_URL, settings.HTTPS = redis_url, True
    inside.client.cache_clear()
    make_all_live()
    found = marks(run(inside.checks(())))

    assert {part: mark for part, mark in found.items() if part != "static"} == {
        "settings": "ok",
        "migrations": "ok",
        "messages": "ok",
        "pending": "ok",
        "workers": "ok",
        "beat": "ok",
        "queue": "ok",
    }


@pytest.mark.django_db
def test_it_names_what_is_not_well(settings: Settings) -> None:
    settings.DEBUG = True
    make_worker("resolve")
    Source.objects.create(name="our-flyte", kind="flyte2", failures=3, last_error="no route")
    mark([Unit(make.make_project().pk)])
    Pending.objects.update(attempts=settings.LINKHUB_MAX_ATTEMPTS)
    found = list(run(inside.checks({"redis"})))
    text = "\n".join(map(str, found))

    assert marks(found)["settings"] == "WRONG"
    assert "python_links" in text
    assert "our-flyte is failing (no route)" in text
    assert "units that failed and rest: 1" in text


def test_it_looks_whether_the_archive_can_be_written(settings: Settings, tmp_path: Path) -> None:
    assert list(inside.archive()) == []
    settings.LINKHUB_ARCHIVE = str(tmp_path / "not" / "there yet")
    assert marks(inside.archive()) == {"archive": "ok"}
    settings.LINKHUB_ARCHIVE = "/proc/1"
    [finding] = inside.archive()

    assert "cannot be written" in str(finding)


def test_what_breaks_is_found_and_hides_nothing() -> None:
    def breaks() -> Iterable[Finding]:
        raise RuntimeError("a mistake")

    found = list(run([("one", breaks), ("two", lambda: [ok("two", "well")])]))

    assert [each.part for each in found] == ["one", "two"]
    assert "a mistake" in str(found[0])


def test_its_exit_code_is_1_where_something_is_wrong() -> None:
    assert exit_code([ok("a", "well")]) == 0
    assert exit_code([ok("a", "well"), wrong("b", "is not", "do")]) == 1
