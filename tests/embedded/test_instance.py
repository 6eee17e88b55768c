import os
import socket
import subprocess
from pathlib import Path

import psutil
import pytest

from linkhub.embedded.environment import MARK
from linkhub.embedded.errors import CannotStart
from linkhub.embedded.home import Home, open_home
from linkhub.embedded.locks import only_one
from linkhub.embedded.serving import instance, supervisor


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return open_home(tmp_path / "home")


def test_it_names_the_instance_that_runs(home: Home) -> None:
    with only_one(home.lock("serve")):
        instance.announce(home, "http://127.0.0.1:8765")
        with pytest.raises(CannotStart) as refused:
            supervisor.serve(home.path)
    assert f"already runs on {home.path}, at http://127.0.0.1:8765 (process" in str(refused.value)


def test_it_starts_nothing_where_the_port_is_taken(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        monkeypatch.setenv("PORT", str(listener.getsockname()[1]))
        with pytest.raises(CannotStart, match="is taken"):
            supervisor.serve(home.path)
    assert not home.servers.exists()


def test_it_ends_what_a_killed_instance_left(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    killed = instance.announce(home, "http://127.0.0.1:8765")
    marks = [killed.mark, "of another home"]
    sleepers = [subprocess.Popen(["sleep", "9"], env={**os.environ, MARK: mark}) for mark in marks]
    with instance.only_instance(home):
        alive = [psutil.pid_exists(sleeper.pid) for sleeper in sleepers]
    for sleeper in sleepers:
        sleeper.kill()
        sleeper.wait()
    assert alive == [False, True]
    assert "Ended 1 process" in capsys.readouterr().out


def test_it_leaves_no_word_of_itself_once_it_has_ended(home: Home) -> None:
    with instance.only_instance(home):
        instance.announce(home, "http://127.0.0.1:8765")
    assert not (home.path / instance.FILE).exists()
