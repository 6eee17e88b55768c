import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from linkhub.embedded import identity
from linkhub.embedded.environment import MARK

STUBBORN = """
import signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def sleeper() -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process
        process.kill()


def test_it_takes_no_process_by_its_number_alone(sleeper: "subprocess.Popen[bytes]") -> None:
    uid = os.geteuid()
    assert identity.server_process(sleeper.pid, argument="60", uid=uid) is None
    assert identity.server_process(None, argument="60", uid=uid) is None


def test_it_finds_the_processes_of_one_instance_only() -> None:
    environ = {**os.environ, MARK: "one-of-a-kind"}
    with subprocess.Popen(["sleep", "60"], env=environ) as process:
        found = [one.pid for one in identity.marked_processes("one-of-a-kind")]
        others = list(identity.marked_processes("another"))
        process.kill()
    assert found == [process.pid]
    assert others == []


def test_it_takes_a_zombie_for_ended() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", "import os, sys; print(os.spawnlp(os.P_NOWAIT, 'true', 'true'),"
         " flush=True); sys.stdin.read()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    with parent:
        assert parent.stdout
        child = psutil.Process(int(parent.stdout.readline()))
        assert identity.has_ended(child, within=5)
        parent.communicate()


def test_it_ends_by_force_what_does_not_listen() -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", STUBBORN], stdin=pipe, stdout=pipe) as process:
        assert process.stdout
        process.stdout.readline()
        identity.end([psutil.Process(process.pid)], (signal.SIGTERM, 0.05), (signal.SIGKILL, 5.0))
        assert not psutil.pid_exists(process.pid)
