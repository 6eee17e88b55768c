import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import psycopg
import pytest

from linkhub.embedded import identity, launcher, postgres, postmaster_pid
from linkhub.embedded.cluster import data_directory
from linkhub.embedded.errors import CannotStart
from linkhub.embedded.place import Place
from tests.embedded.conftest import query

START = """
import sys
from pathlib import Path
from linkhub.embedded import launcher, postgres
running = postgres.start(launcher.at(Path(sys.argv[1])), durable=False)
print(running.process.pid, running.started)
"""


def start(place: Place) -> psutil.Process:
    return postgres.start(place, durable=False).process


def kill(process: psutil.Process) -> None:
    process.send_signal(signal.SIGKILL)
    assert identity.has_ended(process, within=5)


def test_it_makes_a_database_of_our_own_role(running: Place) -> None:
    shown = query(
        running,
        "SELECT current_user, datlocprovider, rolsuper, current_setting('server_encoding')"
        " FROM pg_database, pg_roles WHERE datname = 'linkhub' AND rolname = current_user",
    )
    assert shown == [("linkhub", "b", False, "UTF8")]


def test_it_keeps_its_data(place: Place) -> None:
    start(place)
    query(place, "CREATE TABLE kept AS SELECT 1 AS x")
    postgres.stop(place)
    assert postgres.running(place) is None
    start(place)
    assert query(place, "SELECT x FROM kept") == [(1,)]


def test_it_adopts_a_server_that_runs(running: Place) -> None:
    known = postgres.running(running)
    adopted = postgres.start(running, durable=False)
    assert adopted.process == known
    assert not adopted.started


def test_it_recovers_every_row_after_a_kill(place: Place) -> None:
    killed = postgres.start(place).process
    query(place, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS x")
    kill(killed)
    assert postgres.start(place).process != killed
    assert query(place, "SELECT count(*) FROM kept") == [(1000,)]


@pytest.mark.parametrize("same_user", [True, False])
def test_it_neither_trusts_nor_kills_a_recycled_process_id(place: Place, same_user: bool) -> None:
    kill(start(place))
    account = place.account.credentials if same_user else {}
    with subprocess.Popen(["sleep", "60"], **account) as stranger:
        path = data_directory(place) / postmaster_pid.NAME
        lines = path.read_text().splitlines()
        path.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        assert postgres.running(place) is None
        start(place)
        assert query(place, "SELECT 1") == [(1,)]
        postgres.stop(place)
        assert stranger.poll() is None
        stranger.kill()


def test_it_is_started_once_by_several_starters(place: Place) -> None:
    command = [sys.executable, "-c", START, str(place.home.path)]
    with ThreadPoolExecutor(3) as threads:
        outputs = list(threads.map(lambda _: subprocess.check_output(command), range(3)))
    pids, started = zip(*(output.split() for output in outputs), strict=True)
    assert len(set(pids)) == 1
    assert sorted(started) == [b"False", b"False", b"True"]


@pytest.mark.slow
def test_it_starts_over_where_making_the_data_was_interrupted(folder: Path) -> None:
    place = launcher.at(folder / "home")
    half_made = data_directory(place).with_name("postgres.part")
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18\n")
    start(place)
    assert query(place, "SELECT 1") == [(1,)]


@pytest.mark.slow
def test_it_moves_to_new_sockets_when_the_old_were_swept_away(place: Place) -> None:
    first = start(place)
    (place.sockets / postgres.SOCKET).unlink()
    assert start(place) != first
    assert query(place, "SELECT 1") == [(1,)]


@pytest.mark.slow
def test_it_sets_a_new_password_where_the_file_was_lost(place: Place) -> None:
    (place.home.path / "postgres_password").unlink()
    start(place)
    assert query(place, "SELECT 1") == [(1,)]


def test_it_refuses_a_wrong_password(running: Place) -> None:
    url = postgres.url(running).replace("linkhub:", "linkhub:wrong", 1)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url)


def test_it_lets_no_other_role_in(running: Place) -> None:
    url = postgres.url(running).replace("linkhub:", "postgres:", 1)
    with pytest.raises(psycopg.OperationalError, match="no pg_hba"):
        psycopg.connect(url)


def test_it_says_that_the_data_is_of_another_version(folder: Path) -> None:
    place = launcher.at(folder / "home")
    data_directory(place).mkdir()
    (data_directory(place) / "PG_VERSION").write_text("16\n")
    with pytest.raises(CannotStart, match="made by PostgreSQL 16 and this is PostgreSQL 18"):
        start(place)


@pytest.mark.slow
def test_it_says_why_the_server_ended(place: Place) -> None:
    with (data_directory(place) / "postgresql.conf").open("a") as settings:
        settings.write("no_such_setting = 1\n")
    with pytest.raises(CannotStart, match=r"configuration file .* contains errors"):
        start(place)


def test_it_is_not_stopped_by_the_terminals_interrupt(running: Place) -> None:
    process = postgres.running(running)
    assert process
    assert os.getsid(process.pid) == process.pid
