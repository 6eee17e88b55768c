"""Bringing database and static files up to date, by `manage.py prepare` in a child."""

from __future__ import annotations

import asyncio
import json
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from linkhub.embedded import failures
from linkhub.embedded.errors import CannotStart
from linkhub.embedded.serving.child import ROOT
from linkhub.embedded.serving.parts import manage


@dataclass(frozen=True)
class Prepared:
    """What the child wrote; a secret goes through its pipe, never into a log."""

    password: str | None
    """The one-time password of the first admin, where there was none yet."""
    demo: bool
    """Whether the demo project was loaded."""


async def prepare(environ: Mapping[str, str], logs: Path) -> Prepared:
    log = logs / "prepare.log"
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *manage("prepare"),
            cwd=ROOT,
            env=environ,
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=errors,
            start_new_session=True,
        )
        try:
            output, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
    if process.returncode:
        said = log.read_text(errors="replace")
        raise CannotStart(failures.of_preparing(said, log, logs.parent))
    return Prepared(**json.loads(output.splitlines()[-1]))
