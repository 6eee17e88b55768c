import signal
import subprocess

import psutil
import pytest
import redis as client

from linkhub.embedded import identity, launcher, redis
from linkhub.embedded.errors import CannotStart
from linkhub.embedded.place import Place


@pytest.fixture
def place(folder) -> Place:  # type: ignore[no-untyped-def]
    return launcher.at(folder / "home")


def connect(place: Place) -> client.Redis:
    return client.Redis.from_url(redis.url(place))


def test_it_answers_and_adopts(place: Place) -> None:
    first = redis.start(place)
    second = redis.start(place)
    with connect(place) as connection:
        assert connection.ping()
    assert (first.started, second.started) == (True, False)
    assert first.process == second.process


def test_it_keeps_its_data(place: Place) -> None:
    redis.start(place)
    with connect(place) as connection:
        connection.set("key", "value")
    redis.stop(place)
    assert redis.running(place) is None
    redis.start(place)
    with connect(place) as connection:
        assert connection.get("key") == b"value"


def test_it_starts_again_after_a_kill_and_a_recycled_process_id(place: Place) -> None:
    process = redis.start(place).process
    process.send_signal(signal.SIGKILL)
    assert identity.has_ended(process, within=5)
    with subprocess.Popen(["sleep", "60"]) as stranger:
        (redis.data_directory(place) / redis.PID_FILE).write_text(f"{stranger.pid}\n")
        assert redis.start(place).started
        redis.stop(place)
        assert psutil.pid_exists(stranger.pid)
        assert stranger.poll() is None
        stranger.kill()


def test_it_is_closed_to_the_network(place: Place) -> None:
    process = redis.start(place).process
    assert process.net_connections("inet") == []


def test_it_says_why_the_server_ended(place: Place) -> None:
    redis.data_directory(place).mkdir()
    (redis.data_directory(place) / "appendonlydir").touch()
    with pytest.raises(CannotStart, match="did not start: "):
        redis.start(place)
