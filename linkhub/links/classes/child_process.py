"""One child process that answers JSON lines, with a deadline for every question."""

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

_ROOT: Final = str(Path(__file__).resolve().parents[3])
_PASSED_ON: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR")
"""All that the child gets of the worker's environment: nothing there is a secret."""


class ChildTrouble(Exception):
    """The child cannot be used any more; the message says what it did."""


class ChildProcess:
    """Not for several threads at once. After any ChildTrouble only `kill` makes sense."""

    def __init__(self, script: Path, *args: str, max_answer: int) -> None:
        """Runs the file itself and not as a module: importing its package would bring Django."""
        self._max_answer = max_answer
        self._asked = 0
        self._process = subprocess.Popen(  # noqa: S603 - our own file, by our own interpreter
            [sys.executable, "-P", str(script), *args],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            bufsize=0,
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._pipes = (self._process.stdin, self._process.stdout)
        for pipe in self._pipes:
            os.set_blocking(pipe.fileno(), False)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def ask(self, question: Mapping[str, Any], *, seconds: float) -> dict[str, Any]:
        """The answer; raises ChildTrouble where none comes in time, or not a proper one."""
        self._asked += 1
        deadline = time.monotonic() + seconds
        line = json.dumps({"id": self._asked, **question}).encode() + b"\n"
        try:
            self._write(line, deadline)
            answer = json.loads(self._read_line(deadline))
        except TimeoutError:
            raise ChildTrouble(f"ran out of time after {seconds:g} s") from None
        except ValueError:
            raise ChildTrouble("wrote something of its own into the answer") from None
        if not isinstance(answer, dict) or answer.pop("id", None) != self._asked:
            raise ChildTrouble("answered another question")
        return answer

    def kill(self) -> None:
        """Ends the child and what it started; it is gone when this returns."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        for pipe in self._pipes:
            pipe.close()

    def _write(self, line: bytes, deadline: float) -> None:
        rest = memoryview(line)
        while rest:
            _wait(self._pipes[0].fileno(), selectors.EVENT_WRITE, deadline)
            try:
                rest = rest[os.write(self._pipes[0].fileno(), rest) :]
            except BrokenPipeError:
                raise self._ended() from None

    def _read_line(self, deadline: float) -> bytes:
        read = b""
        while not read.endswith(b"\n"):
            _wait(self._pipes[1].fileno(), selectors.EVENT_READ, deadline)
            chunk = os.read(self._pipes[1].fileno(), 65_536)
            read += chunk
            if not chunk:
                raise self._ended()
            if len(read) > self._max_answer:
                raise ChildTrouble(f"answered with more than {self._max_answer:,} bytes")
        return read

    def _ended(self) -> ChildTrouble:
        try:
            status = self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            return ChildTrouble("closed its output")
        how = f"signal {-status}" if status < 0 else f"exit status {status}"
        return ChildTrouble(f"ended its process ({how})")


def _wait(pipe: int, event: int, deadline: float) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, event)
        if not selector.select(max(0.0, deadline - time.monotonic())):
            raise TimeoutError


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    paths = (_ROOT, os.environ.get("PYTHONPATH", ""))
    return {**kept, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
