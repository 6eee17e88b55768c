"""A store that is followed: what changes is recorded, and nothing else is read twice."""

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from linkhub.ingest.flyte2_local.following import Follower
from linkhub.ingest.flyte2_local.importing import Counts
from linkhub.runs.models import Run
from tests.factories import make_project
from tests.ingest.stores import task, whole, write_store

pytestmark = pytest.mark.django_db


class Stopped(Exception):
    """Ends a follower that would go on."""


def follow(path: Path, *steps: Callable[[], object]) -> list[Counts | str]:
    """Counts and sentences of a follower that does a step in each of its pauses."""
    said: list[Counts | str] = []
    follower = Follower(
        path, project=make_project(), domain="development", report=lambda text: said.append(text)
    )
    left = list(steps)

    def pause(_: float) -> None:
        if not left:
            raise Stopped
        left.pop(0)()

    with suppress(Stopped):
        said.extend(follower.rounds(pause))
    return said


def change(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as store:
        store.execute(statement)
    store.close()


def test_it_records_what_changes_and_reads_nothing_else_again(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    running = task(status="running", end_time=None, attempts_json=None)
    write_store(path, r1=[whole(), task()], r2=[whole(status="running"), running])
    ended = "UPDATE runs SET status = 'succeeded' WHERE run_name = 'r2'"
    first, second = follow(path, lambda: None, lambda: change(path, ended), lambda: None)
    assert isinstance(first, Counts)
    assert isinstance(second, Counts)
    assert (first.runs, first.new, second.runs, second.new) == (2, 2, 1, 0)
    assert Run.objects.get(name="r2").phase == "succeeded"


def test_it_waits_for_a_store_that_is_not_there_yet(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    said, counts = follow(path, lambda: None, lambda: write_store(path, r1=[whole(), task()]))
    assert said == f"There is no file {path} yet."
    assert isinstance(counts, Counts)
    assert counts.new == 1


def test_it_says_once_what_is_wrong_with_a_store_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    path.write_text("not a database")
    said, counts = follow(
        path,
        lambda: None,
        path.unlink,
        lambda: write_store(path, r1=[whole(), task()]),
    )[0::2]
    assert said == f"{path} is not an SQLite database."
    assert isinstance(counts, Counts)
