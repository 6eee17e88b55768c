"""Bodies that never end hold some threads and never all."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterable
from typing import Any

from linkhub.lib.slow_bodies import reading_few_at_once


class NeverEnding:
    """A stream whose client sends nothing until `go` is set."""

    def __init__(self) -> None:
        self.reading = threading.Event()
        self.go = threading.Event()

    def read(self, *_size: int) -> bytes:
        self.reading.set()
        self.go.wait(10)
        return b""


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    try:
        read = environ["wsgi.input"].read() if "wsgi.input" in environ else b"page"
    except OSError:
        read = b"could not read"
    start_response("200 OK", [])
    return [read]


def ask(app: Any, stream: Any = None, **meta: str) -> tuple[str, bytes]:
    """Status and content of an answer; a stream has a length unless `meta` says otherwise."""
    answers: list[str] = []
    environ: dict[str, Any] = {} if stream is None else {"wsgi.input": stream}
    if stream is not None and not meta:
        meta = {"CONTENT_LENGTH": "4"}
    content = app(environ | meta, lambda status, _headers: answers.append(status))
    return answers[-1], b"".join(content)


def test_a_body_is_read_as_ever() -> None:
    app = reading_few_at_once(application, threads=4)

    assert ask(app, io.BytesIO(b"body")) == ("200 OK", b"body")


def test_pages_and_short_bodies_go_on_where_all_places_wait() -> None:
    app = reading_few_at_once(application, threads=4)
    streams = [NeverEnding() for _ in range(3)]
    threads = [threading.Thread(target=ask, args=(app, stream)) for stream in streams]
    for thread, stream in zip(threads, streams, strict=True):
        thread.start()
        assert stream.reading.wait(10)

    assert ask(app) == ("200 OK", b"page")
    assert ask(app, io.BytesIO(b"body"))[0] == "503 Service Unavailable"
    assert ask(app, io.BytesIO(b"x"), HTTP_TRANSFER_ENCODING="chunked")[0].startswith("503")
    for thread, stream in zip(threads, streams, strict=True):
        stream.go.set()
        thread.join(10)
    assert ask(app, io.BytesIO(b"body")) == ("200 OK", b"body")
