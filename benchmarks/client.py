"""A caller that costs as little as it can: it shares the machine with what it measures."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Sequence

from benchmarks.web import HOST


def request(method: str, path: str, headers: str, body: bytes = b"") -> bytes:
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    head = f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\n{headers}{length}\r\n"
    return head.encode() + body


def send(port: int, requests: Sequence[bytes], *, connections: int, status: int) -> float:
    """Send all, shared out over kept-open connections; return the seconds that it took.

    Raises RuntimeError at the first answer with another status.
    """
    shares = [requests[number::connections] for number in range(connections)]
    start = threading.Barrier(connections + 1)
    failures: list[str] = []

    def work(share: Sequence[bytes]) -> None:
        with socket.create_connection((HOST, port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            start.wait()
            for one in share:
                connection.sendall(one)
                answer = _answer(connection)
                if not answer.startswith(b"HTTP/1.1 %d" % status):
                    failures.append(answer.decode(errors="replace")[:1000])
                    return

    threads = [threading.Thread(target=work, args=(share,)) for share in shares]
    for thread in threads:
        thread.start()
    start.wait(timeout=30)
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    if failures:
        raise RuntimeError(f"a request was not answered with {status}: {failures[0]}")
    return seconds


def fetch(port: int, one: bytes, *, status: int) -> bytes:
    """A single answer, its head included. Raises RuntimeError where it has another status."""
    with socket.create_connection((HOST, port)) as connection:
        connection.sendall(one)
        answer = _answer(connection)
    if not answer.startswith(b"HTTP/1.1 %d" % status):
        raise RuntimeError(f"not answered with {status}: {answer[:1000]!r} to {one[:200]!r}")
    return answer


def _answer(connection: socket.socket) -> bytes:
    """One whole answer; every one that is asked for here says how long it is."""
    data = b""
    while (end := data.find(b"\r\n\r\n")) < 0:
        data += _received(connection)
    _, _, rest = data[:end].lower().partition(b"content-length:")
    length = int(rest.split(b"\r\n")[0] or 0)
    while len(data) < end + 4 + length:
        data += _received(connection)
    return data


def _received(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ConnectionError("the server closed the connection")
    return data
