"""Bodies that never end: they may hold some of a web process's threads, never all of them.

The server hands a request over before its body is there, and a read of the body waits for as long
as its client stays: nothing but the end of the connection ends such a read. So only so many may
wait at once: whoever comes then is told to try again, and pages, which have no body, are served by
the other threads. What has stalled is ended at that moment: what it held is free for the next.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from linkhub.lib.stalled import end_stalled

if TYPE_CHECKING:
    from wsgiref.types import InputStream, StartResponse, WSGIApplication, WSGIEnvironment

T = TypeVar("T")
BUSY = "503 Service Unavailable"
ANSWER = b"Too many requests are still sending their bodies. Try again.\n"
HEADERS = [
    ("Content-Type", "text/plain; charset=utf-8"),
    ("Content-Length", str(len(ANSWER))),
    ("Retry-After", "1"),
]


class TooManyReaders(OSError):
    """No thread is left to wait for this body."""


class Body:
    """A request's body, which reads only where one of `places` is free."""

    def __init__(self, stream: InputStream, places: threading.BoundedSemaphore) -> None:
        self._stream = stream
        self._places = places
        self.refused = False

    def read(self, *size: int) -> bytes:
        return self._waiting(self._stream.read, *size)

    def readline(self, *size: int) -> bytes:
        return self._waiting(self._stream.readline, *size)

    def readlines(self, *hint: int) -> list[bytes]:
        return self._waiting(self._stream.readlines, *hint)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def _waiting(self, read: Callable[..., T], *size: int) -> T:
        with self._place():
            return read(*size)

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            self.refused = True
            raise TooManyReaders
        try:
            yield
        finally:
            self._places.release()


def reading_few_at_once(application: WSGIApplication, *, threads: int) -> WSGIApplication:
    """The application, of whose `threads` at most three in four wait for bodies.

    What the application makes of a body that it could not read is replaced by a 503.
    """
    places = threading.BoundedSemaphore(max(1, threads * 3 // 4))

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("CONTENT_LENGTH") in {"", "0", None} and not _is_chunked(environ):
            return application(environ, start_response)
        body = environ["wsgi.input"] = Body(environ["wsgi.input"], places)
        started: list[Any] = []
        content = application(environ, lambda *given: started.append(given))  # type: ignore[arg-type]
        if body.refused:
            end_stalled(int(environ.get("SERVER_PORT") or 0))
            _close(content)
            start_response(BUSY, HEADERS)
            return [ANSWER]
        start_response(*started[-1])
        return content

    return answer


def _is_chunked(environ: WSGIEnvironment) -> bool:
    return "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()


def _close(content: Iterable[bytes]) -> None:
    if close := getattr(content, "close", None):
        close()
