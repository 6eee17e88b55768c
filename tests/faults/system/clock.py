"""Stepping the wall clock of all processes of one LinkHub, PostgreSQL's too, and of nobody else."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from linkhub.embedded import binaries
from linkhub.embedded.place import Place

SOURCE = Path(__file__).with_name("clock.c")


class Clock:
    """What processes with `environment` read; `folder` is one that every account passes through."""

    def __init__(self, folder: Path, place: Place) -> None:
        compiler = shutil.which("cc")
        if compiler is None:
            pytest.skip("stepping the clock needs a C compiler")
        self._file = folder / "clock"
        self.step(0)
        library = folder / "clock.so"
        subprocess.run([compiler, "-shared", "-fPIC", "-o", library, SOURCE], check=True)
        self._own = {"LD_PRELOAD": str(library), "CLOCK_FILE": str(self._file)}
        programs = _wrapped(folder / "programs", binaries.postgres(place).path.parent, self._own)
        self.environment = self._own | {"LINKHUB_PG_BIN": str(programs)}

    def step(self, seconds: int) -> None:
        """From now on the clock is off by so many seconds. Written in place: it is mapped."""
        with self._file.open("r+b" if self._file.exists() else "wb") as file:
            file.write(struct.pack("l", seconds))


def _wrapped(folder: Path, programs: Path, variables: dict[str, str]) -> Path:
    """PostgreSQL's programs, which are started in an environment of their own, with ours."""
    folder.mkdir()
    given = " ".join(f"{name}={value}" for name, value in variables.items())
    for name in ("postgres", "initdb"):
        path = folder / name
        path.write_text(f'#!/bin/sh\nexec env {given} {programs / name} "$@"\n')
        path.chmod(0o755)
    return folder
