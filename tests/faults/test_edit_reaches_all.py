"""An edit that touches every run: right at once for who looks, and in the end in the store."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from datetime import datetime
from statistics import median

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test import Client

from benchmarks.growing import Data
from linkhub.links import configured
from linkhub.links.backfill import advance_all
from linkhub.links.models import Backfill, Link
from linkhub.links.work import drain
from linkhub.runs.models import Pending, Run
from linkhub.runs.pending import mark
from tests import factories as make
from tests.api.conftest import Api
from tests.faults.edits import EDITED, V1, Followed, Size, Team, board, kill, of_host, some_runs
from tests.workers import listening, wait_until, wait_until_done

pytestmark = pytest.mark.django_db(transaction=True)
# Of the unit that is edited, and of one that the edit does not reach.
OTHERS = {"notes": "run", "logs": "action"}
# So many runs' other links are stored by a worker before the edit.
HONEST = 200
OLD, NEW = "https://old.example.com", "https://new.example.com"
SMALL = Size(runs=2_000, waiting=1_500, pushes=3, within=5.0)
UNHURRIED = Size(runs=2_000, waiting=300, pushes=0)
LARGE = Size(runs=100_000, waiting=2_000, pushes=25)
# A backfill ends without deleting Pending rows; the function is that of `listening`.
TELL = """
    CREATE OR REPLACE TRIGGER tell_tests AFTER UPDATE ON links_backfill
        FOR EACH STATEMENT EXECUTE FUNCTION tell_tests()
"""


@pytest.fixture
def team(broker: str, api: Api, client: Client, size: Size, monkeypatch) -> Iterator[Team]:
    """All runs are stored, and resolved before any edit."""
    monkeypatch.setattr(configured, "_followed", None)
    configured.follow_configuration()
    for key, level in ({EDITED: "run"} | OTHERS).items():
        document = board(OLD) | {"level": level}
        assert api.put(f"{V1}/definitions/{key}", document).status_code == 201
    Backfill.objects.update(status=Backfill.Status.DONE)
    data = Data(actions=1)
    data.begin()
    data.grow(size.runs)
    resolve_anew(Run.objects.order_by("pk")[:: size.runs // HONEST])
    client.force_login(make.make_admin())
    with listening() as listener:
        with connection.cursor() as cursor:
            cursor.execute(TELL)
        yield Team(size, api, client, listener, broker)


def resolve_anew(runs: Iterable[Run]) -> None:
    """Copies hold the digests of what they were copied from."""
    for run in runs:
        mark(make.unit_of(subject) for subject in (run, *run.actions.select_related("run")))
    assert drain(Pending.Lane.MAIN, seconds=30)


def first_look(team: Team) -> None:
    """No worker has done anything yet."""
    began = time.perf_counter()
    for run in some_runs():
        team.assert_shown(run, NEW)
    print(f"first 12 answers after the edit: {time.perf_counter() - began:.2f} s")
    assert not of_host(NEW)
    for asked in ({}, {"key": EDITED}, {"project": "vision"}):
        assert team.api.get(f"{V1}/links", limit=1, **asked).json()["to_come"] > 0


def push_while(followed: Followed, team: Team) -> None:
    """Evenly over its first half."""
    took = []
    for number in range(team.size.pushes):
        units = 1 + number * (team.size.runs // 2) // team.size.pushes
        wait_until(team.listener, followed.has_done(units))
        took.append(team.push(f"new-{number}", NEW))
    assert not followed.has_ended()
    print(f"{len(took)} new runs meanwhile: median {median(took):.3f} s, most {max(took):.3f} s")
    assert median(took) < team.size.within


def assert_every_row(team: Team, others: dict[int, datetime], kept: dict[int, datetime]) -> None:
    """Right, and there once; what was right already was not written again."""
    assert not Pending.objects.exists()
    stored, runs = of_host(NEW), team.size.runs + team.size.pushes
    assert len(stored) == runs == Run.objects.count()
    for key in (EDITED, *OTHERS):
        rows = Link.objects.filter(key=key)
        assert rows.count() == rows.values("run", "action", "attempt", "pod").distinct().count()
        assert rows.count() == runs
    assert all(stored[pk] == at for pk, at in kept.items())
    assert times_of(Link.objects.filter(pk__in=others)) == others


def times_of_others() -> dict[int, datetime]:
    """Of the links that the edit does not reach, and a worker stored."""
    rows = Link.objects.filter(key__in=OTHERS).order_by("-resolved_at", "pk")
    return times_of(rows[: HONEST * len(OTHERS)])


def times_of(rows: QuerySet[Link]) -> dict[int, datetime]:
    return dict(rows.values_list("pk", "resolved_at"))


@pytest.mark.slow
@pytest.mark.parametrize("size", [SMALL], ids=["2,000"])
def test_it_reaches_every_run(team: Team) -> None:
    others, followed = times_of_others(), team.edit(NEW)
    first_look(team)
    with team.working() as process:
        push_while(followed, team)
        wait_until(team.listener, followed.has_ended)
        kill(process)
    assert_every_row(team, others, {})


@pytest.mark.slow
@pytest.mark.parametrize("size", [LARGE], ids=["100,000"])
def test_it_reaches_every_run_whatever_is_killed(team: Team) -> None:
    others, followed, oldest = times_of_others(), team.edit(NEW), some_runs()[-1]
    first_look(team)
    began = time.perf_counter()
    with team.working() as process:
        push_while(followed, team)
        wait_until(team.listener, followed.has_done(team.size.runs // 2))
        kill(process)
    kept = of_host(NEW)
    assert 0 < len(kept) < team.size.runs
    team.assert_shown(oldest, NEW)
    with team.working() as process:
        wait_until(team.listener, followed.has_ended)
        kill(process)
    seconds, units = time.perf_counter() - began, followed.done[-1]
    print(f"{units:,} units in {seconds:.1f} s: {units / seconds:,.0f} a second")
    assert followed.look()["status"] == "done"
    assert_every_row(team, others, kept)


@pytest.mark.slow
@pytest.mark.parametrize("size", [UNHURRIED], ids=["2,000"])
def test_it_stops_when_cancelled(team: Team) -> None:
    """Who looks at what it did not come to sees what is right all the same."""
    followed, oldest = team.edit(NEW), some_runs()[-1]
    with team.working():
        wait_until(team.listener, lambda: bool(of_host(NEW)))
        path = f"{V1}/backfills/{followed.row.change}:cancel"
        assert team.api.post(path, {}).json()["status"] == "cancelled"
        followed.row.refresh_from_db()
        wait_until_done(team.listener)
    assert advance_all() == 0
    assert Backfill.objects.get(pk=followed.row.pk).marked == followed.row.marked
    assert 0 < len(of_host(NEW)) < team.size.runs
    team.assert_shown(oldest, NEW)
