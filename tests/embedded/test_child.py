import asyncio
import os
import signal
import sys
from pathlib import Path

import psutil
import pytest

from linkhub.embedded import identity
from linkhub.embedded.serving import child as module
from linkhub.embedded.serving import pauses
from linkhub.embedded.serving.child import Child, ended
from linkhub.embedded.serving.parts import Part

READY = "print('linkhub: ready', flush=True);"
FAILS_ONCE = f"""
from pathlib import Path
print("started", flush=True)
mark = Path("{{}}")
if not mark.exists():
    mark.touch()
    raise SystemExit(3)
{READY}
"""
# Leaves a process of its own behind, which holds the pipe open, and does not listen to SIGTERM.
STUBBORN = f"""
import signal, subprocess, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(subprocess.Popen(["sleep", "60"]).pid, flush=True)
{READY}
signal.pause()
"""


def child(code: str, logs: Path) -> Child:
    return Child(Part("Some part", (sys.executable, "-c", code)), os.environ, logs)


def test_it_keeps_a_log_and_sees_that_the_process_is_ready(tmp_path: Path) -> None:
    async def scenario(one: Child) -> int:
        code = await one.run()
        assert one.ready.is_set()
        return code

    assert asyncio.run(scenario(child(f"print('words'); {READY}", tmp_path))) == 0
    assert "words" in (tmp_path / "some-part.log").read_text()


def test_it_runs_a_process_again_after_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pauses, "SHORTEST", 0.01)

    async def scenario(one: Child) -> None:
        keeping = asyncio.create_task(one.keep_running())
        await one.ready.wait()
        await one.stop()
        await keeping

    asyncio.run(scenario(child(FAILS_ONCE.format(tmp_path / "mark"), tmp_path)))
    assert "Some part ended with code 3; it starts again in 0.01 s" in capsys.readouterr().out
    assert (tmp_path / "some-part.log").read_text().count("started") == 2


def test_it_ends_a_process_that_does_not_listen_with_all_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "GRACE", 0.05)

    async def scenario(one: Child) -> None:
        keeping = asyncio.create_task(one.keep_running())
        await one.ready.wait()
        await one.stop()
        await keeping

    asyncio.run(scenario(child(STUBBORN, tmp_path)))
    grandchild = int((tmp_path / "some-part.log").read_text().split()[0])
    assert not psutil.pid_exists(grandchild) or identity.has_ended(psutil.Process(grandchild), 5)


def test_it_notices_a_death_although_descendants_hold_on_to_the_pipe(tmp_path: Path) -> None:
    code = "import subprocess; subprocess.Popen(['sleep', '60']); raise SystemExit(4)"
    assert asyncio.run(asyncio.wait_for(child(code, tmp_path).run(), 5)) == 4


def test_it_names_the_signal_that_ended_a_process() -> None:
    assert ended(-signal.SIGKILL) == "was ended by SIGKILL"
    assert ended(1) == "ended with code 1"
