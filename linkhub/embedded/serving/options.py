"""What the environment asks `serve` to do."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from linkhub.embedded import environment
from linkhub.embedded.errors import CannotStart

OURS = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ALLOWED_HOSTS")
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


@dataclass(frozen=True)
class Options:
    home: Path
    host: str
    port: int
    web_workers: int
    web_threads: int
    worker_processes: int
    given: Mapping[str, str]
    """Of the variables in `OURS`, those that the user set; the others are ours to set."""

    @property
    def reachable(self) -> str:
        """A host at which this machine reaches the web server."""
        return EVERYWHERE.get(self.host, self.host)

    @property
    def address(self) -> str:
        host = f"[{self.reachable}]" if ":" in self.reachable else self.reachable
        return f"http://{host}:{self.port}"

    @property
    def hosts(self) -> list[str]:
        """The names by which browsers may call this instance, where the user names none."""
        names = ["localhost", "127.0.0.1", "[::1]"]
        if self.host in EVERYWHERE:
            names += [socket.gethostname(), socket.getfqdn()]
        elif self.host not in names:
            names.append(self.host)
        return names


def read_options(home: Path, environ: Mapping[str, str] = os.environ) -> Options:
    return Options(
        home=home.absolute(),
        host=environ.get("HOST") or "127.0.0.1",
        port=_number(environ, "PORT", 8000, 65535),
        web_workers=_number(environ, "LINKHUB_WEB_WORKERS", 2, 64),
        web_threads=_number(environ, "LINKHUB_WEB_THREADS", 16, 64),
        worker_processes=_number(environ, "LINKHUB_WORKER_PROCESSES", _processors(), 64),
        given={
            name: value
            for name in OURS
            if (value := environment.given(name, home, environ)) is not None
        },
    )


def check_port_is_free(host: str, port: int) -> None:
    """Raise where the web server could not listen there."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
    except OSError as error:
        raise CannotStart(_refusal(error, host, port)) from error


def _refusal(error: OSError, host: str, port: int) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"Port {port} of {host} is taken: choose another one, as in PORT={port + 1}."
        case errno.EACCES:
            return f"Port {port} is reserved for root: choose one above 1023, as in PORT=8000."
        case _:
            return f"{host} is not an address of this machine: choose another HOST."


def _number(environ: Mapping[str, str], name: str, default: int, largest: int) -> int:
    text = environ.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= largest:
        raise CannotStart(f"{name} must be a number from 1 to {largest}, not {text}.")
    return int(text)


def _processors() -> int:
    """One worker process a processor, as far as they help a single machine."""
    return min(os.cpu_count() or 1, 4)
