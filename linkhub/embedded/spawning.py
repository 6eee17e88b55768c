"""Running the servers' programs: as their account, in a plain environment, in `C`."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import psutil

from linkhub.embedded import failures
from linkhub.embedded.errors import CannotStart
from linkhub.embedded.place import Place

LARGEST_LOG = 10 * 1024 * 1024
KEPT_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "TMPDIR")


def environment() -> dict[str, str]:
    """Nothing of the caller's locale, time zone or PG* variables reaches a server."""
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}


def run(
    place: Place, arguments: list[str | Path], text: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end with `text` as its input; output and errors come as one text."""
    try:
        return subprocess.run(  # noqa: S603
            arguments,
            input=text,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=place.directory,
            env=environment(),
            check=False,
            **place.account.credentials,
        )
    except OSError as error:
        raise CannotStart(failures.broken_binary(arguments[0], str(error.strerror))) from error


class Server:
    """A server started in a session of its own, so that a terminal's Ctrl-C passes it by."""

    def __init__(self, place: Place, arguments: list[str | Path], log: Path) -> None:
        self.log = log
        try:
            self.process = self._spawn(place, arguments)
        except OSError as error:
            raise CannotStart(failures.of_system(error, error.filename or log)) from error

    def _spawn(self, place: Place, arguments: list[str | Path]) -> psutil.Process:
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as output:
            self.start_of_log = output.tell()
            child = subprocess.Popen(  # noqa: S603
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=place.directory,
                env=environment(),
                start_new_session=True,
                **place.account.credentials,
            )
        child.returncode = 0  # `identity.has_ended` reaps it; it may outlive this process
        return psutil.Process(child.pid)

    def last_output(self) -> str:
        """What the server wrote since its start."""
        with self.log.open("rb") as log:
            log.seek(self.start_of_log)
            return log.read().decode(errors="replace")
