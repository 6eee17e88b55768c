"""Asking one URL whether it is there: HEAD, then GET, as a stranger, within a few seconds.

No credentials, no cookies, no proxy; redirects are followed on the same host alone. Of a GET
nothing but the head is read.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from dataclasses import dataclass
from http import HTTPStatus
from time import monotonic
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from linkhub.lib.url_form import ascii_url
from linkhub.links.checking.addresses import Forbidden, Reach
from linkhub.links.checking.models import Target

SECONDS = 10.0
CONNECT_SECONDS = 5.0
REDIRECTS = 5
HEADERS = {"User-Agent": "LinkHub link check", "Accept": "*/*", "Connection": "close"}
GONE = frozenset({404, 410})
# It is there, and wants to know who asks, or asks to be left alone for a while.
NOT_FOR_STRANGERS = frozenset({401, 403, 407, 408, 425, 429, 451})
State = Target.State


@dataclass(frozen=True)
class Answer:
    """`certain`: there is no need to ask again before it counts as broken."""

    state: Target.State
    reason: str = ""
    certain: bool = False


class _Late(OSError):
    """Out of time."""


def ask(url: str, reach: Reach, *, seconds: float = SECONDS) -> Answer:
    """What the URL answers; whatever goes wrong is an answer too."""
    until = monotonic() + seconds
    try:
        return _follow(url, reach, until)
    except Forbidden as error:
        return Answer(State.UNSURE, str(error))
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(State.BROKEN, _said(error))


def _follow(url: str, reach: Reach, until: float) -> Answer:
    for _ in range(REDIRECTS + 1):
        status, location = _status(url, reach, until)
        if not (300 <= status < 400 and location):
            return _judged(status)
        to = urljoin(url, location)
        if _place(to) != _place(url):
            return Answer(State.UNSURE, f"sends on to {urlsplit(to).hostname or 'another host'}")
        url = to
    return Answer(State.BROKEN, "sends on in circles", certain=True)


def _place(url: str) -> tuple[str | None, int | None]:
    """Host and port; a redirect from http to https stays where it is."""
    parts = urlsplit(url)
    return parts.hostname, parts.port


def _status(url: str, reach: Reach, until: float) -> tuple[int, str]:
    """Of GET where HEAD is refused: many servers know no HEAD."""
    status, location = _request("HEAD", url, reach, until)
    if status >= 400 and status not in NOT_FOR_STRANGERS:
        status, location = _request("GET", url, reach, until)
    return status, location


def _judged(status: int) -> Answer:
    said = _in_words(status)
    if status in GONE:
        return Answer(State.BROKEN, said, certain=True)
    if status >= 500:
        return Answer(State.BROKEN, said)
    return Answer(State.THERE) if status < 300 else Answer(State.UNSURE, said)


def _in_words(status: int) -> str:
    try:
        return f"answers {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"answers {status}"


def _request(method: str, url: str, reach: Reach, until: float) -> tuple[int, str]:
    url = ascii_url(url)
    reach.check(url)
    parts = urlsplit(url)
    connection = _connect(parts, reach, until)
    # A server that sends its head byte by byte never runs into the socket's own time-out.
    timer = threading.Timer(max(0.0, until - monotonic()), _cut, [connection])
    timer.start()
    try:
        path = parts._replace(scheme="", netloc="", fragment="", path=parts.path or "/").geturl()
        connection.request(method, path, headers=HEADERS)
        response = connection.getresponse()
        return response.status, response.getheader("Location") or ""
    except (OSError, http.client.HTTPException) as error:
        if monotonic() >= until:
            raise _Late from error
        raise
    finally:
        timer.cancel()
        connection.close()


def _connect(parts: SplitResult, reach: Reach, until: float) -> http.client.HTTPConnection:
    host = parts.hostname or ""
    is_tls = parts.scheme.lower() == "https"
    port = parts.port or (443 if is_tls else 80)
    names = reach.addresses(host, port)
    left = until - monotonic()
    if left <= 0:
        raise _Late
    made: http.client.HTTPConnection
    if is_tls:
        context = ssl.create_default_context()
        made = http.client.HTTPSConnection(host, port, timeout=left, context=context)
    else:
        made = http.client.HTTPConnection(host, port, timeout=left)

    def to_checked(_name: Any, timeout: float, *_: Any) -> socket.socket:
        """To the address that was looked at; the name would be resolved again."""
        return socket.create_connection((names[0], port), min(timeout, CONNECT_SECONDS))

    made._create_connection = to_checked  # type: ignore[attr-defined]
    return made


def _cut(connection: http.client.HTTPConnection) -> None:
    if connection.sock is not None:
        connection.sock.shutdown(socket.SHUT_RDWR)


def _said(error: Exception) -> str:
    """What happened, without the addresses and internals of libraries."""
    match error:
        case socket.gaierror():
            return "the name of its host is not known"
        case _Late() | TimeoutError():
            return "does not answer in time"
        case ssl.SSLError():
            return "its TLS certificate or handshake is not acceptable"
        case ConnectionRefusedError():
            return "refuses the connection"
        case http.client.HTTPException() | ConnectionError():
            return "breaks the connection off"
    return f"cannot be asked ({type(error).__name__})"
