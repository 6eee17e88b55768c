"""From an older commit, with its own schema, to this one, while runs come in and links are read.

    migrate (by the new code) -> new web beside the old -> old web ends -> workers and beat likewise

A clone without that commit cannot show it: `git fetch --unshallow` first.
"""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from linkhub.embedded import launcher
from linkhub.embedded.serving import health, parts
from linkhub.embedded.serving.options import Options
from tests.faults.system.load import Load, run_name
from tests.faults.system.probes import Probe, goes, longest_gap
from tests.faults.system.running import ROOT, System, free_port, own_folder, until
from tests.faults.system.trial import RATE, check, count
from tests.figures import keep_figures, machine

pytestmark = pytest.mark.slow
# "Hold a pushed run's links to one second": before anybody could sign in by OpenID Connect.
OLD = "11f9668"
HOLD = 2.0


@pytest.fixture(scope="module")
def old_code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("old")
    archive = folder.with_suffix(".tar")
    command = ["git", "archive", "--output", archive, OLD, "manage.py", "linkhub", "templates"]
    done = subprocess.run([*command, "static"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.fail(f"the commit {OLD} is not here ({done.stderr.strip()}): fetch all history")
    subprocess.run(["tar", "--extract", "--file", archive, "--directory", folder], check=True)
    return folder


@pytest.fixture
def versions(old_code: Path) -> Iterator[tuple[System, System]]:
    """The old and the new on one PostgreSQL and one Redis."""
    with own_folder() as folder:
        servers = launcher.start(folder / "home")
        variables = {
            "DATABASE_URL": servers.database_url,
            "REDIS_URL": servers.redis_url,
            "SECRET_KEY": "a-secret-for-an-upgrade-" + "x" * 40,
            "DJANGO_SETTINGS_MODULE": "linkhub.settings",
        }
        old = System(folder / "home", old_code, STATIC_ROOT=str(folder / "old"), **variables)
        new = System(folder / "home", ROOT, STATIC_ROOT=str(folder / "new"), **variables)
        new.port = free_port()
        yield old, new
        launcher.stop(folder / "home")


@contextmanager
def process(of: System, name: str, command: tuple[str, ...]) -> Iterator[subprocess.Popen[bytes]]:
    log = of.home / "logs" / f"{of.code.name}-{name}.log"
    with log.open("wb") as output:
        one = subprocess.Popen(
            command, cwd=of.code, env=of.environment(), stdout=output, stderr=output
        )
        try:
            yield one
        finally:
            end(one)


def end(one: subprocess.Popen[bytes]) -> None:
    """As a deploy does: what is in flight is finished."""
    one.terminate()
    one.wait(120)


def options(of: System) -> Options:
    return Options(
        home=of.home / of.code.name,
        host="127.0.0.1",
        port=of.port,
        web_workers=2,
        web_threads=8,
        worker_processes=2,
        given={},
    )


@contextmanager
def web(of: System) -> Iterator[subprocess.Popen[bytes]]:
    of.manage("collectstatic", "--noinput", "--verbosity", "0")
    with process(of, "web", parts.web(options(of)).command) as one:
        answering = health.until_it_answers(options(of), "127.0.0.1")
        asyncio.run(asyncio.wait_for(answering, 120))
        yield one


@contextmanager
def background(of: System) -> Iterator[list[subprocess.Popen[bytes]]]:
    """The worker that resolves, and beat."""
    (of.home / of.code.name).mkdir(exist_ok=True)
    found = {part.name: part for part in parts.background(options(of))}
    with ExitStack() as stack:
        yield [
            stack.enter_context(process(of, name.lower(), found[name].command))
            for name in ("Worker", "Beat")
        ]


def columns(of: System) -> set[tuple[str, str]]:
    """Columns that an INSERT must name: neither null nor with a default of the database's."""
    with of.database() as database:
        rows = database.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND is_nullable = 'NO' AND column_default IS NULL"
            " AND is_identity = 'NO'"
        )
        return {(str(table), str(column)) for table, column in rows}


def tables(of: System) -> set[str]:
    with of.database() as database:
        rows = database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {str(name) for (name,) in rows}


def test_nothing_fails_and_nothing_is_lost(versions: tuple[System, System]) -> None:
    old, new = versions
    old.manage("migrate", "--verbosity", "0")
    with ExitStack() as stack:
        old_web = stack.enter_context(web(old))
        old_workers = stack.enter_context(background(old))
        old.prepare()
        load = Load(old.port, old.token, "rolling", RATE)
        load.start()
        try:
            until(lambda: count(old, "rolling") > 0, 60)
            reading = Probe(goes(load, old.session, run_name(0)))
            time.sleep(HOLD)
            new.manage("migrate", "--verbosity", "0")
            time.sleep(HOLD)
            stack.enter_context(web(new))
            load.port = new.port
            time.sleep(1)  # what the old web is still answering
            end(old_web)
            time.sleep(HOLD)
            stack.enter_context(background(new))
            for one in reversed(old_workers):
                end(one)
            time.sleep(HOLD)
        finally:
            load.stop()
            reading.stop()
        until(lambda: new.pending() == 0, 120)
        check(new, load)
    assert load.refused == []
    assert reading.failures == []
    said = (
        f"From `{OLD}` at {RATE:g} runs a second: {len(load.accepted):,} runs were recorded and"
        f" resolved right and {len(reading.times)} of {len(reading.times)} redirects led on; none"
        f" failed. The longest time between two recorded batches was {gap(load.answered):.1f} s,"
        f" between two redirects {gap(reading.times):.1f} s. {machine()}."
    )
    print(f"\n{said}")
    keep_figures("reliability.md", "the upgrade", said)


def gap(times: list[float]) -> float:
    return longest_gap(times, min(times), max(times))


def test_the_old_code_can_write_what_the_new_schema_wants(versions: tuple[System, System]) -> None:
    old, new = versions
    old.manage("migrate", "--verbosity", "0")
    known, needed = tables(old), columns(old)
    new.manage("migrate", "--verbosity", "0")
    added = {(table, column) for table, column in columns(new) - needed if table in known}
    assert added == set(), "an old INSERT knows nothing of these: give them a db_default"
    assert known <= tables(new)
