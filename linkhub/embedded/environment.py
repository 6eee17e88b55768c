"""The facts by which other commands find the servers that `serve` runs: the file `env`.

Read by the settings, so nothing here needs Django or any package.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

FILE = "env"
# Every process of one `serve` carries its random mark in this variable, also the grandchildren.
MARK = "LINKHUB_SERVE"
# `serve` loads the settings before it has made a secret or started a server. It neither signs
# nor connects in its own process; its children get the real values. `restore` may be the first
# command on a folder as well, and asks the embedded server itself.
BEFORE_FIRST_START = {
    "SECRET_KEY": "not-used-by-serve-itself",
    "DATABASE_URL": "postgresql:///not-started-yet",
    "REDIS_URL": "unix:///not-started-yet?db=0",
}


def load(home: Path) -> dict[str, str]:
    """What a `serve` on this folder left for others: names and values, or nothing."""
    return (BEFORE_FIRST_START if _may_be_first() else {}) | left_by_serve(home)


def given(name: str, home: Path, environ: Mapping[str, str] = os.environ) -> str | None:
    """The variable as the user set it, not as `load` did."""
    value = environ.get(name)
    left = {left_by_serve(home).get(name), BEFORE_FIRST_START.get(name)}
    return None if not value or value in left else value


def text(facts: Mapping[str, str]) -> str:
    """The file's content, which a shell can read as well."""
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in facts.items())


def left_by_serve(home: Path) -> dict[str, str]:
    """Names and values as they stand in the file; none where there is no file."""
    try:
        content = (home / FILE).read_text(encoding="utf-8")
    except (FileNotFoundError, PermissionError):  # another user's: `serve` has a sentence for it
        return {}
    pairs = (assignment.partition("=") for assignment in shlex.split(content))
    return {name: value for name, _, value in pairs}


def _may_be_first() -> bool:
    """The bench brings servers and settings of its own."""
    return sys.argv[1:2] in (["serve"], ["restore"], ["bench"])
