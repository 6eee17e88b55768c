"""LinkHub's answers without HTTP: what published figures of peers are set beside.

The whole of LinkHub answers in this process, from the WSGI handler down, behind all its middleware
and to the same signed-in caller as over HTTP; `bare.py` measures an empty view the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from urllib.parse import unquote

from django.core.handlers.wsgi import WSGIHandler

from benchmarks.bare import call, environ
from benchmarks.cases import Case
from benchmarks.costs import Cost
from benchmarks.measuring import timed
from benchmarks.published import PEERS

CALLS, ROUNDS = 10, 5
KEY = "in_process"


def measure(cases: Iterable[Case], size: int) -> Iterator[Cost]:
    """The milliseconds of those cases that peers are compared with, the quickest round's."""
    handler = WSGIHandler()
    wanted = {peer.ours for peer in PEERS}
    for case in (case for case in cases if case.name in wanted):
        asked = partial(call, handler, _environ(*case.ours(1)), CALLS)
        asked()
        seconds = min(timed(asked) for _ in range(ROUNDS)) / CALLS
        about = "in its process, behind all middleware, no HTTP"
        yield Cost(f"{KEY}: {case.name}", case.name, seconds * 1000, "ms", size, about=about)


def _environ(asked: bytes) -> dict[str, object]:
    """What a web server makes of a request without a body."""
    first, *lines = asked.decode().rstrip("\r\n").split("\r\n")
    method, target, _ = first.split(" ")
    path, _, query = target.partition("?")
    headers = {
        f"HTTP_{name.upper().replace('-', '_')}": value
        for name, _, value in (line.partition(": ") for line in lines)
    }
    about = {"REQUEST_METHOD": method, "PATH_INFO": unquote(path), "QUERY_STRING": query}
    return environ() | headers | about
