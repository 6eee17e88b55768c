"""What can be looked at whatever the settings are: nothing here needs them, nor Django."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import redis

from linkhub.embedded import environment
from linkhub.embedded.doctor.findings import Check, Finding, note, ok, told, wrong
from linkhub.lib.version import VERSION

SECONDS = 3
GIB = 1024**3
# Below these, writing is about to fail; PostgreSQL stops where its disk is full.
LITTLE_SPACE, TOO_LITTLE_SPACE = 5 * GIB, GIB // 2
OLDEST_PYTHON = (3, 11)
# Redis gives these up as it likes where its memory is full.
EVICTING = "allkeys-", "volatile-"
# Clocks that differ by so much put links' times, leases and sign-ins off.
SKEW_NOTED, SKEW_WRONG = 1.0, 10.0
CONNECTIONS_NOTED = 0.8
REFUSED = (
    "a name or password in DATABASE_URL is not the server's, or the server is busy or starting"
)

SERVER = """
    SELECT current_setting('server_version'), current_setting('max_connections')::int,
           (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
           extract(epoch FROM clock_timestamp())::float8
"""


def checks(home: Path, environ: Mapping[str, str] = os.environ) -> list[tuple[str, Check]]:
    """By the variables that were given, or that `make run` has left in `home`."""
    given = environment.left_by_serve(home) | dict(environ)
    return [
        ("versions", versions),
        ("home", partial(folder, "home", home)),
        ("database", partial(database, given.get("DATABASE_URL", ""))),
        ("redis", partial(broker, given.get("REDIS_URL", ""))),
    ]


def versions() -> Iterator[Finding]:
    said = f"LinkHub {VERSION}, Python {platform.python_version()} on {platform.machine()}"
    if sys.version_info < OLDEST_PYTHON:
        yield wrong("versions", said, "LinkHub needs Python 3.11 or later")
    else:
        yield ok("versions", said)


def folder(part: str, path: Path) -> Iterator[Finding]:
    """Whether it can be written, and how much room its disk has."""
    if not path.exists():
        yield note(part, f"{path} is not there yet", "`make run` makes it; servers need none")
        return
    try:
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        yield wrong(part, f"{path} cannot be written ({error.strerror})", "mend its permissions")
        return
    yield room(part, path)


def room(part: str, path: Path) -> Finding:
    free = shutil.disk_usage(path).free
    said = f"{path} has {free / GIB:.1f} GiB of room"
    if free < TOO_LITTLE_SPACE:
        return wrong(part, said, "free some space")
    return note(part, said, "free some space soon") if free < LITTLE_SPACE else ok(part, said)


def database(url: str) -> Iterable[Finding]:
    """By the driver itself: whatever is wrong has the server's own words."""
    if not url:
        do = "set DATABASE_URL (postgres://user:password@host/name), or start with `make run`"
        return [wrong("database", "DATABASE_URL is not set", do)]
    began = time.monotonic()
    try:
        with psycopg.connect(url, connect_timeout=SECONDS) as connection:
            before = time.time()
            row = connection.execute(SERVER).fetchone()
            after = time.time()
    except psycopg.Error as error:
        if "FATAL:" in str(error):
            said = str(error).rpartition("FATAL:")[2].strip()
            return [wrong("database", f"takes no connection ({said})", REFUSED)]
        return [wrong("database", f"does not answer ({told(error)})", _mending(url))]
    milliseconds = 1000 * (time.monotonic() - began)
    version, most, used, theirs = row or ("", 1, 0, before)
    answers = ok("database", f"PostgreSQL {version} answers in {milliseconds:.0f} ms")
    return [answers, _connections(used, most), _clock(theirs - (before + after) / 2)]


def _mending(url: str) -> str:
    if "/run-" in url or "not-started" in url or not urlsplit(url).hostname:
        return "is `make run` running? Its servers end with it"
    return "is PostgreSQL running there, and are host, name, user and password right?"


def _connections(used: int, most: int) -> Finding:
    said = f"{used} of {most} connections are taken"
    if used > CONNECTIONS_NOTED * most:
        do = "raise max_connections, or run fewer web threads (each keeps one)"
        return note("connections", said, do)
    return ok("connections", said)


def _clock(skew: float) -> Finding:
    said = f"this machine's and the database's differ by {abs(skew):.1f} s"
    do = "have both follow a time server (NTP)"
    if abs(skew) > SKEW_WRONG:
        return wrong("clock", said, do)
    return note("clock", said, do) if abs(skew) > SKEW_NOTED else ok("clock", said)


def broker(url: str) -> Iterator[Finding]:
    if not url:
        do = "set REDIS_URL (redis://:password@host:6379/0), or start with `make run`"
        yield wrong("redis", "REDIS_URL is not set", do)
        return
    try:
        client = redis.Redis.from_url(
            url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS, decode_responses=True
        )
        info = client.info()
    except (redis.RedisError, ValueError) as error:
        do = "start it, or mend REDIS_URL; meanwhile pages work and links come late"
        yield wrong("redis", f"does not answer ({told(error)})", do)
        return
    yield ok("redis", f"{info.get('server_name', 'redis')} {_version(info)} answers")
    yield _memory(info)


def _version(info: Mapping[str, str]) -> str:
    return str(info.get("valkey_version") or info.get("redis_version") or "")


def _memory(info: Mapping[str, str]) -> Finding:
    used, most = int(info["used_memory"]), int(info.get("maxmemory") or 0)
    policy = str(info.get("maxmemory_policy", ""))
    said = f"{used / 2**20:.0f} MiB used" + (f" of {most / 2**20:.0f}" if most else "")
    if most and used > 0.9 * most:
        return wrong("memory", said, "give Redis more memory: when it is full, nudges are lost")
    if most and policy.startswith(EVICTING):
        return note("memory", f"{said}, {policy}", "set maxmemory-policy to noeviction")
    return ok("memory", f"Redis: {said}")
