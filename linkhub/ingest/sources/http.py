"""The one way out of a poll: HTTP with limits on time and size, to where it may go.

An admin types the address, so the server could be made to ask what only it can reach. Therefore:
hosts can be narrowed (LINKHUB_CONNECTOR_HOSTS); the address that was really connected to is
looked at, so that no DNS answer leads to a cloud's metadata service; redirects are not followed,
so that credentials stay where they were meant for; what was answered is shown to nobody.
Addresses of private networks are allowed: that is where back ends are.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from linkhub.ingest.sources.errors import Misconfigured, Unreachable
from linkhub.lib.inner_address import inner_address
from linkhub.lib.url_policy import HostOrigin, UrlPolicy, check_url

CONNECT_SECONDS = 5.0
CALL_SECONDS = 30.0
MAX_BYTES = 64 * 1024 * 1024
CHUNK = 64 * 1024
# Of one poll to one host: its calls, and the streams beside them.
MAX_CONNECTIONS = 20
# Of clouds that do not keep it among link-local addresses.
METADATA = frozenset(map(ip_address, ("fd00:ec2::254", "100.100.100.200", "192.0.0.192")))


class _Guarded(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _guarded(super()._new_conn())


class _GuardedTls(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _guarded(super()._new_conn())


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Guarded


class _TlsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _GuardedTls


def _manager() -> urllib3.PoolManager:
    manager = urllib3.PoolManager(num_pools=8, maxsize=MAX_CONNECTIONS, retries=False)
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
    return manager


class _Forbidden(Exception):
    """Connected to an address that no back end has."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Stream:
    """An answer whose body is still coming."""

    status: int
    headers: Mapping[str, str]
    chunks: Iterator[bytes]


class Http:
    """Calls of one poll. `before_call` keeps its lease alive, and ends it where that is lost."""

    def __init__(self, *, hosts: tuple[str, ...], before_call: Callable[[], None]) -> None:
        self._policy = UrlPolicy(admin_hosts=hosts)
        self._before_call = before_call
        self._manager = _manager()

    def close(self) -> None:
        self._manager.clear()

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """The whole answer. Raises Misconfigured for the address, Unreachable for all else."""
        self._before_call()
        with self.stream("POST", url, body, headers, seconds=CALL_SECONDS) as stream:
            return Answer(stream.status, stream.headers, b"".join(stream.chunks))

    def get(self, url: str, headers: Mapping[str, str]) -> Answer:
        self._before_call()
        with self.stream("GET", url, None, headers, seconds=CALL_SECONDS) as stream:
            return Answer(stream.status, stream.headers, b"".join(stream.chunks))

    @contextmanager
    def stream(
        self,
        method: str,
        url: str,
        body: bytes | None,
        headers: Mapping[str, str],
        *,
        seconds: float,
    ) -> Iterator[Stream]:
        """The answer piece by piece, for `seconds` at most, however slowly it drips."""
        if refusal := check_url(url, origin=HostOrigin.ADMIN, policy=self._policy):
            raise Misconfigured(f"The address may not be asked: {refusal.message}.")
        deadline = time.monotonic() + seconds
        timeout = urllib3.Timeout(connect=min(CONNECT_SECONDS, seconds), read=seconds)
        try:
            response = self._manager.request(
                method,
                url,
                body=body,
                headers=dict(headers),
                timeout=timeout,
                redirect=False,
                preload_content=False,
            )
        except (HTTPError, _Forbidden, OSError, ValueError) as error:
            raise Unreachable(explain(error)) from error
        try:
            if 300 <= response.status < 400:
                raise Misconfigured("The address answers with a redirect, which is not followed.")
            yield Stream(response.status, response.headers, _within(response, deadline))
        except (HTTPError, OSError) as error:
            raise Unreachable(explain(error)) from error
        finally:
            # What was not read to its end would be taken for the next call's answer.
            response.close()
            response.release_conn()


def _within(response: urllib3.BaseHTTPResponse, deadline: float) -> Iterator[bytes]:
    size = 0
    for chunk in response.stream(CHUNK, decode_content=True):
        size += len(chunk)
        if size > MAX_BYTES:
            raise Unreachable(f"The answer is larger than {MAX_BYTES} bytes.")
        yield chunk
        if time.monotonic() > deadline:
            raise Unreachable("The answer took too long.")


def _guarded(connected: socket.socket) -> socket.socket:
    host = inner_address(ip_address(connected.getpeername()[0].partition("%")[0]))
    if host.is_link_local or host.is_multicast or host.is_unspecified or host in METADATA:
        connected.close()
        raise _Forbidden(f"The name leads to {host}, where no back end is.")
    return connected


def explain(error: Exception) -> str:
    """A sentence that says what happened, without the addresses and internals of libraries."""
    match error:
        case _Forbidden():
            return str(error)
        case urllib3.exceptions.NameResolutionError():
            return "The name of the host is not known."
        case urllib3.exceptions.SSLError():
            return "The TLS certificate or handshake is not acceptable."
        case urllib3.exceptions.NewConnectionError():
            return "The connection was refused."
        case urllib3.exceptions.ConnectTimeoutError():
            return "No connection within 5 seconds."
        case urllib3.exceptions.TimeoutError():
            return "No answer in time."
        case urllib3.exceptions.ProtocolError():
            return "The connection broke off."
        case urllib3.exceptions.DecodeError():
            return "The answer is not packed as it says."
        case _:
            return f"The call failed ({type(error).__name__})."
