"""One process that is kept running: its log, its readiness, its restarts, its end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping
from pathlib import Path

from linkhub.embedded import failures, readiness
from linkhub.embedded.serving.console import say
from linkhub.embedded.serving.log import Log
from linkhub.embedded.serving.parts import GRACE, Part
from linkhub.embedded.serving.pauses import Pauses

ROOT = Path(__file__).resolve().parents[3]
CHUNK = 65536


class Child:
    """`part` with the environment `environ`, writing to `log`."""

    def __init__(self, part: Part, environ: Mapping[str, str], logs: Path) -> None:
        self.part = part
        self.environ = environ
        self.log = logs / f"{part.name.lower().replace(' ', '-')}.log"
        self.ready = asyncio.Event()
        self.process: asyncio.subprocess.Process | None = None
        self.stopping = False

    async def keep_running(self) -> None:
        """Run the process again whenever it ends, until `stop`."""
        pauses = Pauses()
        while not self.stopping:
            try:
                outcome = ended(await self.run())
            except OSError as error:
                outcome = f"cannot be run ({error.strerror})"
            if self.stopping:
                return
            say(f"{self.part.name} {outcome}; it starts again in {pauses.next:g} s ({self.log})")
            await pauses.take()

    async def run(self) -> int:
        """Run the process once, to its end."""
        # A pipe of our own: asyncio's would have the wait last until every descendant ended too.
        output, its_output = os.pipe()
        try:
            self.process = await asyncio.create_subprocess_exec(
                *self.part.command,
                cwd=ROOT,
                env=self.environ,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=its_output,
                stderr=asyncio.subprocess.STDOUT,
                # A session of its own: a terminal's Ctrl-C must not reach it before it reaches us.
                start_new_session=True,
            )
        except OSError:
            os.close(output)
            raise
        finally:
            os.close(its_output)
        reading = asyncio.create_task(self._read(output))
        code = await self.process.wait()
        self._kill_group()  # what the process itself left behind, which also ends the reading
        await reading
        return code

    async def stop(self) -> None:
        """End the process: by asking, and after its grace by force with all its descendants."""
        self.stopping = True
        if self.process is None or self.process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        try:
            await asyncio.wait_for(self.process.wait(), GRACE)
        except TimeoutError:
            self._kill_group()
            await self.process.wait()

    def _kill_group(self) -> None:
        """The session's group keeps its number for as long as one member lives."""
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    async def _read(self, output: int) -> None:
        """Drain the output for as long as there is some, or the process would block on it."""
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        pipe = os.fdopen(output, "rb", buffering=0)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, pipe)
        tail = b""
        with contextlib.closing(Log(self.log)) as log, contextlib.closing(transport):
            while chunk := await reader.read(CHUNK):
                self._keep(log, chunk)
                tail = (tail + chunk)[-CHUNK:]
                if readiness.MESSAGE in tail:
                    self.ready.set()

    def _keep(self, log: Log, chunk: bytes) -> None:
        try:
            log.write(chunk)
        except OSError as error:
            say(failures.of_system(error, self.log))


def ended(code: int) -> str:
    """How a process with this return code ended."""
    if code >= 0:
        return f"ended with code {code}"
    return f"was ended by {signal.Signals(-code).name}"
