"""`Link` classes for the tests of faults."""

from __future__ import annotations

import select
import socket
from contextlib import suppress
from dataclasses import dataclass


@dataclass
class Asleep:
    """Sleeps until who listens at the run's `gate` wakes it, as long as there is a gate."""

    name: str = "Asleep"
    icon_uri: str = ""

    def get_link(self, run_name: str, context: dict[str, str], **_: object) -> str:
        with suppress(FileNotFoundError), socket.socket(socket.AF_UNIX) as gate:
            gate.connect(context["gate"])
            gate.recv(1)
        return f"https://slow.example.com/{run_name}"


@dataclass
class Slow:
    """Takes a third of a second, as code that asks some service does."""

    name: str = "Slow"
    icon_uri: str = ""

    def get_link(self, run_name: str, **_: object) -> str:
        select.select((), (), (), 0.3)
        return f"https://slow.example.com/{run_name}"
