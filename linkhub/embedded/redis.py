"""Starting and stopping the embedded server of the Redis protocol (Valkey).

It listens on a Unix socket in a private folder only, so it needs no password.
"""

from __future__ import annotations

import signal
import socket
import time
from pathlib import Path

import psutil

from linkhub.embedded import binaries, failures, identity
from linkhub.embedded.errors import CannotStart
from linkhub.embedded.locks import exclusive
from linkhub.embedded.place import Place, make_folder
from linkhub.embedded.running import Running
from linkhub.embedded.spawning import Server

NAME = "redis"
SOCKET = "redis.sock"
PID_FILE = "redis.pid"
READY_SECONDS = 60
STOP = ((signal.SIGTERM, 3.0), (signal.SIGKILL, 1.0))
SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "daemonize": "no",
    # The process is recognised by its command line.
    "set-proc-title": "no",
    # Every write is appended and synced once a second; no whole copies now and then.
    "save": "",
    "appendonly": "yes",
    "appendfsync": "everysec",
}
NOT_DURABLE = {"appendonly": "no"}


def start(place: Place, *, durable: bool = True) -> Running:
    """Start the server, or adopt the one that already runs on this data."""
    began = time.monotonic()
    with exclusive(place.home.lock(NAME)):
        binary = binaries.redis(place)
        process = _usable(place)
        started = process is None
        if process is None:
            process = _spawn(place, binary, durable=durable)
        seconds = time.monotonic() - began
    name = "Valkey" if "valkey" in binary.path.name else "Redis"
    return Running(name, binary.version, url(place), process, started, seconds)


def stop(place: Place) -> None:
    """End the server, whoever started it; also one that a starter still waits for."""
    _end(place)
    with exclusive(place.home.lock(NAME)):
        _end(place)


def url(place: Place) -> str:
    """In the spelling of redis-py and Django; Celery says `redis+socket` and `virtual_host`."""
    return f"unix://{place.sockets / SOCKET}?db=0"


def running(place: Place) -> psutil.Process | None:
    """The server on this data, whoever started it."""
    try:
        pid = int((data_directory(place) / PID_FILE).read_text())
    except (FileNotFoundError, ValueError):
        return None
    argument = str(data_directory(place))
    return identity.server_process(pid, argument=argument, uid=place.account.uid)


def data_directory(place: Place) -> Path:
    return place.directory / "redis"


def _usable(place: Place) -> psutil.Process | None:
    """The running server, unless it no longer answers on its socket."""
    process = running(place)
    if process and not _wait_until_ready(place, process):
        _end(place)
        return None
    return process


def _spawn(place: Place, binary: binaries.Binary, *, durable: bool) -> psutil.Process:
    data = data_directory(place)
    if not data.exists():
        make_folder(data, place.account)
    settings = SETTINGS | ({} if durable else NOT_DURABLE)
    settings |= {"dir": str(data), "pidfile": str(data / PID_FILE)}
    settings |= {"unixsocket": str(place.sockets / SOCKET)}
    options = [part for name, value in settings.items() for part in (f"--{name}", value)]
    server = Server(place, [binary.path, *options], place.home.logs / "redis.log")
    if not _wait_until_ready(place, server.process):
        raise CannotStart(failures.of_output(binary.path.name, server.last_output(), data))
    return server.process


def _wait_until_ready(place: Place, process: psutil.Process) -> bool:
    """Wait until the server answers; False when it ended instead or does not answer."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if _answers(place.sockets / SOCKET):
            return True
        if identity.has_ended(process, within=0.01):
            return False
    return False


def _answers(address: Path) -> bool:
    """Whether a PING is answered; a server that still loads its data says so instead."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        try:
            connection.connect(str(address))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def _end(place: Place) -> None:
    if process := running(place):
        identity.end([process], *STOP)
