"""The web server as `serve` runs it, and the callers that the requests come from."""

from __future__ import annotations

import asyncio
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.test import Client

from benchmarks.own_home import ROOT, OwnHome
from linkhub.accounts.models import ApiToken, User
from linkhub.accounts.tokens import create_token
from linkhub.embedded.serving import health, parts
from linkhub.embedded.serving.options import Options

HOST = "127.0.0.1"
READY_SECONDS = 60


@dataclass(frozen=True)
class Web:
    """Where the server listens, and a program's and a person's credentials as header lines."""

    port: int
    token: str
    session: str


@contextmanager
def serving(home: OwnHome) -> Iterator[Web]:
    options = Options(
        home=home.path,
        host=HOST,
        port=_free_port(),
        web_workers=2,
        web_threads=2,
        worker_processes=1,
        given={},
    )
    log = (home.path / "logs" / "web.log").open("ab")
    command = parts.web(options).command
    environment = home.environment()
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        answering = health.until_it_answers(options, HOST)
        asyncio.run(asyncio.wait_for(answering, READY_SECONDS))
        yield Web(options.port, _token(), _session())
    finally:
        process.terminate()
        process.wait(30)
        log.close()


def _token() -> str:
    _, secret = create_token(name="bench", abilities=[ApiToken.Ability.INGEST])
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
