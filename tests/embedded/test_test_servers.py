"""The servers of a test run do not outlive it, however it ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from linkhub.embedded import identity

ROOT = Path(__file__).parents[2]
TEST = """
import os, sys
from linkhub.embedded import launcher, postgres, redis
from pathlib import Path

def test_it(redis_url):
    place = launcher.at(Path(os.environ["LINKHUB_TEST_HOME"]))
    pids = [postgres.running(place).pid, redis.running(place).pid]
    sys.__stdout__.write(f"{place.home.path.parent} {pids[0]} {pids[1]}\\n")
    sys.__stdout__.flush()
    sys.stdin.read()
"""


@pytest.mark.slow
def test_it_leaves_nothing_behind(tmp_path: Path) -> None:
    with start_run(tmp_path) as run:
        assert run.stdout
        folder, *pids = run.stdout.readline().decode().split()
        servers = [psutil.Process(int(pid)) for pid in pids]
        watchdogs = [one for one in servers[0].parent().children() if one not in servers]
        run.send_signal(signal.SIGKILL)
        run.wait()
        assert all(identity.has_ended(one, within=10) for one in [*servers, *watchdogs])
    assert not Path(folder).exists()


def start_run(folder: Path) -> "subprocess.Popen[bytes]":
    (folder / "test_waiting.py").write_text(TEST)
    ours = ("DATABASE_URL", "REDIS_URL", "LINKHUB_TEST_HOME", "PYTEST_XDIST_WORKER")
    environ = {name: value for name, value in os.environ.items() if name not in ours}
    options = ["-s", "-p", "no:cacheprovider", "-c", ROOT / "pyproject.toml", "--rootdir", ROOT]
    command = [sys.executable, "-m", "pytest", *options, folder / "test_waiting.py"]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, env=environ, stdin=pipe, stdout=pipe)
