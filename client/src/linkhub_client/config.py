"""Where LinkHub is, and what the client may use, from environment variables.

LINKHUB_URL            its address; without one, nothing is recorded
LINKHUB_TOKEN          a token with the ability `ingest` (and `read`, for the command)
LINKHUB_SPOOL          folder for what could not be sent yet
LINKHUB_SPOOL_MB       what it may grow to, in megabytes (20)
LINKHUB_FLUSH_SECONDS  how long the end of a process waits for the server, at most (2)
LINKHUB_TIMEOUT        seconds that one request may take (10)
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple

from linkhub_client.problems import NotConfigured, warn

MEGABYTE = 1_000_000


class Config(NamedTuple):
    """The token is not in it: it is read when a request is made, and kept nowhere."""

    url: str
    spool: str
    spool_bytes: int = 20 * MEGABYTE
    flush_seconds: float = 2.0
    timeout: float = 10.0


def from_environment(environment: Mapping[str, str] = os.environ) -> Config:
    """Raises NotConfigured where LINKHUB_URL is absent or is no http address."""
    url = environment.get("LINKHUB_URL", "").strip().rstrip("/")
    if not url:
        raise NotConfigured("LINKHUB_URL is not set")
    if not url.startswith(("https://", "http://")):
        raise NotConfigured("LINKHUB_URL has to begin with https:// or http://")
    return Config(
        url,
        environment.get("LINKHUB_SPOOL") or default_spool(environment),
        int(_number(environment, "LINKHUB_SPOOL_MB", 20) * MEGABYTE),
        _number(environment, "LINKHUB_FLUSH_SECONDS", 2),
        _number(environment, "LINKHUB_TIMEOUT", 10),
    )


def token() -> str | None:
    return os.environ.get("LINKHUB_TOKEN", "").strip() or None


def default_spool(environment: Mapping[str, str]) -> str:
    """In the user's folder for state, so that it outlives a restart; else the temporary one."""
    state = environment.get("XDG_STATE_HOME")
    if state:
        return os.path.join(state, "linkhub", "spool")
    home = os.path.expanduser("~")
    if os.path.isdir(home) and os.access(home, os.W_OK):
        return os.path.join(home, ".local", "state", "linkhub", "spool")
    import tempfile  # here, for the sake of import time

    return os.path.join(tempfile.gettempdir(), f"linkhub-spool-{_user()}")


def _user() -> int:
    return os.getuid() if hasattr(os, "getuid") else 0


def _number(environment: Mapping[str, str], name: str, default: float) -> float:
    given = environment.get(name, "").strip()
    try:
        value = float(given) if given else default
    except ValueError:
        value = -1.0
    if 0 <= value < 1e9:
        return value
    warn("%s is no number of use, taking %s", name, default)
    return default
