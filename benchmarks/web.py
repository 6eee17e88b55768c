"""The web server as `serve` runs it, and the callers that the requests come from."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil
from django.test import Client

from benchmarks.own_home import OwnHome
from benchmarks.processes import running
from linkhub.accounts.models import ApiToken, User
from linkhub.accounts.tokens import create_token
from linkhub.embedded.serving import health, parts
from linkhub.embedded.serving.options import Options
from linkhub.embedded.static_files import collect_changed

HOST = "127.0.0.1"
READY_SECONDS = 180


@dataclass(frozen=True)
class Web:
    """Where the server listens, and a program's and a person's credentials as header lines.

    `process` is its first process, whose children answer.
    """

    port: int
    token: str
    session: str
    process: psutil.Process


@contextmanager
def serving(home: OwnHome) -> Iterator[Web]:
    collect_changed()
    options = options_of(home)
    with running(home, parts.web(options)) as process:
        answering = health.until_it_answers(options, HOST)
        asyncio.run(asyncio.wait_for(answering, READY_SECONDS))
        yield Web(options.port, _token(), _session(), process)


def options_of(home: OwnHome, *, workers: int = 1) -> Options:
    """As `serve` reads them of a machine with two processors."""
    return Options(
        home=home.path,
        host=HOST,
        port=_free_port(),
        web_workers=2,
        web_threads=2,
        worker_processes=workers,
        given={},
    )


def _token() -> str:
    _, secret = create_token(
        name="bench", abilities=[ApiToken.Ability.INGEST, ApiToken.Ability.READ]
    )
    return f"Authorization: Bearer {secret}\r\n"


def _session() -> str:
    """A signed-in person who is no admin, so that what they may see is looked up."""
    user, _ = User.objects.get_or_create(username="ana")
    client = Client()
    client.force_login(user)
    return f"Cookie: sessionid={client.cookies['sessionid'].value}\r\n"


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return int(listener.getsockname()[1])
