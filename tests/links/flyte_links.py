"""`Link` classes as users of Flyte write them, for the Python lane's tests."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass
class Board:
    """A link to a page of the run, by a run id from the context."""

    host: str = "https://board.example.com"
    name: str = "Board"
    icon_uri: str = ""

    def get_link(self, run_name: str, context: dict[str, str], **_: object) -> str:
        return f"{self.host}/{run_name}/{context.get('board_id', 'none')}"


@dataclass
class ProcessId(Board):
    """Tells in which process it ran."""

    def get_link(self, **_: object) -> str:
        return f"{self.host}/{os.getpid()}"


@dataclass
class Broken(Board):
    def get_link(self, **_: object) -> str:
        raise RuntimeError("no board today")
