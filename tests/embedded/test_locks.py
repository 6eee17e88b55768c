import os
import signal
import subprocess
import sys
from pathlib import Path

from linkhub.embedded.locks import exclusive, only_one

HOLD = """
import sys
from pathlib import Path
from linkhub.embedded.locks import exclusive
with exclusive(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_it_refuses_a_second_holder(tmp_path: Path) -> None:
    with only_one(tmp_path / "x") as first, only_one(tmp_path / "x") as second:
        assert (first, second) == (True, False)


def test_it_is_free_again_afterwards(tmp_path: Path) -> None:
    with exclusive(tmp_path / "x"):
        pass
    with only_one(tmp_path / "x") as held:
        assert held


def test_it_is_let_go_by_a_killed_holder(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path / "x")]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, cwd=os.getcwd()) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        with only_one(tmp_path / "x") as held:
            assert not held
        holder.send_signal(signal.SIGKILL)
        with exclusive(tmp_path / "x"):
            assert holder.wait() == -signal.SIGKILL
