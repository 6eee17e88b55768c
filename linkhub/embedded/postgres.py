"""Starting and stopping the embedded PostgreSQL."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import psutil

from linkhub.embedded import binaries, failures, identity, postmaster_pid
from linkhub.embedded.cluster import DATABASE, ROLE, data_directory, password, prepare_cluster
from linkhub.embedded.errors import CannotStart
from linkhub.embedded.locks import exclusive
from linkhub.embedded.place import Place
from linkhub.embedded.running import Running
from linkhub.embedded.spawning import Server

NAME = "postgres"
SOCKET = ".s.PGSQL.5432"
# Replaying the log of a large crashed database takes minutes, not hours.
READY_SECONDS = 300
# After a crash, how long orphaned backends may take to see that their server is gone.
ORPHAN_SECONDS = 10
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
}
# For tests: the data does not outlive them.
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# Ask to disconnect everybody, then to give up at once, then do not ask.
STOP = ((signal.SIGINT, 3.0), (signal.SIGQUIT, 1.0), (signal.SIGKILL, 1.0))


def start(place: Place, *, durable: bool = True) -> Running:
    """Start the server, or adopt the one that already runs on this data."""
    began = time.monotonic()
    with exclusive(place.home.lock(NAME)):
        binary = binaries.postgres(place)
        process = _usable(place)
        started = process is None
        if process is None:
            process = _spawn(place, binary, durable=durable)
        seconds = time.monotonic() - began
    return Running("PostgreSQL", binary.version, url(place), process, started, seconds)


def stop(place: Place) -> None:
    """End the server, whoever started it; also one that a starter still waits for."""
    _end(place)
    with exclusive(place.home.lock(NAME)):
        _end(place)


def url(place: Place) -> str:
    return f"postgresql://{ROLE}:{password(place)}@/{DATABASE}?host={place.sockets}"


def running(place: Place) -> psutil.Process | None:
    """The server on this data, whoever started it."""
    data = data_directory(place)
    pid = postmaster_pid.read_pid(data)
    return identity.server_process(pid, argument=str(data), uid=place.account.uid)


def _usable(place: Place) -> psutil.Process | None:
    """The running server; one whose socket was swept away with other temporary files ends."""
    process = running(place)
    if process is None:
        return None
    if not (place.sockets / SOCKET).exists():
        _end(place)
        return None
    _wait_until_ready(place, process)
    return process


def _spawn(place: Place, binary: binaries.Binary, *, durable: bool) -> psutil.Process:
    data = data_directory(place)
    postmaster_pid.disown(data)
    prepare_cluster(place, binary, durable=durable)
    settings = SETTINGS | {"unix_socket_directories": str(place.sockets)}
    settings |= {} if durable else NOT_DURABLE
    options = [f"--{name}={value}" for name, value in settings.items()]
    arguments: list[str | Path] = [binary.path, "-D", data, *options]
    deadline = time.monotonic() + ORPHAN_SECONDS
    while True:
        server = Server(place, arguments, place.home.logs / "postgres.log")
        if _wait_until_ready(place, server.process):
            return server.process
        said = server.last_output()
        if not failures.has_orphans(said) or time.monotonic() > deadline:
            raise CannotStart(failures.of_output(NAME, said, data))
        time.sleep(0.1)  # nothing tells when other processes let go of shared memory


def _wait_until_ready(place: Place, process: psutil.Process) -> bool:
    """Wait until the server accepts connections; False when it ended instead."""
    data = data_directory(place)
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if postmaster_pid.is_ready(data) and running(place) == process:
            return True
        if identity.has_ended(process, within=0.01):
            return False
    raise CannotStart(f"PostgreSQL is not ready after {READY_SECONDS} s: see {place.home.logs}.")


def _end(place: Place) -> None:
    if process := running(place):
        identity.end([process], *STOP)
