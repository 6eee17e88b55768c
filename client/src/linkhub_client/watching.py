"""Following a run: what changed since it was last looked at."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from linkhub_client import reading
from linkhub_client.config import Config
from linkhub_client.problems import Refused, Unreachable
from linkhub_client.reading import Named


def changes(settings: Config, of: Named, *, every: float) -> Iterator[tuple[str, str | None]]:
    """Lines to print, each with the phase that the run ended in, or None.

    A run that is not there yet is waited for, and a server that is away too.
    """
    known: dict[tuple[Any, ...], str] = {}
    before = ""
    while True:
        try:
            phase, links = reading.phase(settings, of), reading.links(settings, of)
        except Unreachable as away:
            phase, links = f"no answer ({away})", []
        except Refused as refused:
            if refused.status != 404:
                raise
            phase, links = "not there yet", []
        for link in links:
            line = reading.line_of(link)
            identity = (link["action"], link["attempt"], link["pod"], link["key"])
            if known.get(identity) != line:
                known[identity] = line
                yield line, None
        ended = phase if phase in reading.TERMINAL else None
        if phase != before:
            yield phase, ended
        before = phase
        time.sleep(every)
